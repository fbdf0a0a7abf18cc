import { loadConfig } from '@iaas/common/config/load'
import { createLogger } from '@iaas/common/log'
import { openOriginals } from '@iaas/stores/composition/originals'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresDeletionLog } from '@iaas/stores/postgres/deletion-log'
import { migrateToLatest } from '@iaas/stores/postgres/migrate'
import { createPostgresPurges } from '@iaas/stores/postgres/purges/purges'
import type { Command } from '../command.ts'
import { cliConfigSchema } from '../config.ts'
import { findDatabase } from '../find-database.ts'
import { replay } from './replay.ts'

/** `iaas purges replay`. */
export const purgesReplay: Command = {
  name: 'purges replay',
  summary: 'Repeats every logged deletion, after a backup was restored. May be repeated.',
  switches: { 'dry-run': { summary: 'Counts the deletions, and changes nothing.' } },
  async run({ env, has, print }) {
    const config = loadConfig(cliConfigSchema, env)
    const url = await findDatabase(config)
    await migrateToLatest({ url })
    const log = createLogger('iaas', config.log)
    await using opened = await openOriginals(config)
    const db = createDatabase({ ...config.postgresql, url, log, poolSize: 1 })
    try {
      await replay({
        logs: [opened.deletionLog, createPostgresDeletionLog(db)],
        originals: opened.originals,
        purges: createPostgresPurges(db),
        isDryRun: has('dry-run'),
        print,
      })
    } finally {
      await db.destroy()
    }
  },
}
