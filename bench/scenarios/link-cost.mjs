import { measureLinkCost } from '../growth/measure-link-cost.mjs'
import { startPostgres } from '../stage/postgres.mjs'
import { createRunFolder } from '../stage/folders.mjs'
import { withClosers } from '../stage/closers.mjs'
import { migrateToLatest } from '@iaas/stores/postgres/migrate'

const lookups = 5000
/** Seeding is no part of what is measured. */
const seedingSettings = { synchronous_commit: 'off', max_wal_size: '8GB' }

/** Bytes of a link with its indexes, and the time of a lookup, in the long and in the short form. */
export const linkCost = {
  name: 'link-cost',
  title: 'Links: the cost of one in each form, for ids of 16 characters',
  isQuick: false,
  run: (options) => withClosers((closers) => measure(closers, options)),
}

async function measure(closers, { links: count }) {
  const folder = closers.keep(await createRunFolder())
  const { url } = closers.keep(await startPostgres(folder.path, seedingSettings))
  await migrateToLatest({ url })
  const figures = []
  // One after the other, so that the second one does not push the first one out of the caches.
  for (const form of ['short', 'long']) {
    figures.push(...(await measureLinkCost(url, form, count, lookups)))
  }
  return { figures, notes: [`${count} links, each of another image, recorded in random order.`] }
}
