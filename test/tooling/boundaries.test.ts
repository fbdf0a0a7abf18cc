import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

const root = join(import.meta.dirname, '..', '..')

/** Lints one planted file under the rules of this repository. @returns what the linter says */
async function lint(path: string, content: string): Promise<string> {
  await using folder = await createTemporaryFolder()
  const { options: _typeAware, ...config } = JSON.parse(
    await readFile(join(root, '.oxlintrc.json'), 'utf8'),
  ) as Record<string, unknown>
  await writeFile(join(folder.path, '.oxlintrc.json'), JSON.stringify(config))
  await mkdir(dirname(join(folder.path, path)), { recursive: true })
  await writeFile(join(folder.path, path), content)
  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const { stdout } = spawnSync(process.execPath, [oxlint], { cwd: folder.path, encoding: 'utf8' })
  return stdout
}

describe('the linter refuses', () => {
  it.each([
    ['Node in the pure core', 'packages/common/src/image/x.ts', 'node:fs'],
    ['a library in the pure core', 'packages/common/src/image/x.ts', 'zod'],
    ['a technology in what is shared', 'packages/common/src/platform/log/log.ts', 'pg'],
    [
      'a store in what is shared',
      'packages/common/src/platform/log/log.ts',
      '@iaas/stores/postgres/database',
    ],
    ['the product in the platform', 'packages/common/src/platform/http/x.ts', '../../errors.ts'],
    ['the queue in a store', 'packages/stores/src/redis/x.ts', '@iaas/queue/open-queue'],
    ['an adapter in a use case', 'services/api/src/serve-x.ts', '@iaas/stores/postgres/database'],
    [
      'an adapter in a job handler',
      'services/uploader/src/handlers/x.ts',
      '@iaas/stores/s3/variant-store',
    ],
    ['a service in a service', 'services/api/src/http/x.ts', '@iaas/uploader/config'],
    ['a test helper in the product', 'packages/common/src/disk/x.ts', '@iaas/testing/until'],
    [
      'a path across packages',
      'services/api/src/http/x.ts',
      '../../../packages/common/src/platform/log/log.ts',
    ],
  ])('%s', async (_name, path, specifier) => {
    const said = await lint(
      path,
      `import { thing } from '${specifier}'\n\nexport const copy = thing\n`,
    )
    expect(said).toContain('no-restricted-imports')
  })

  it('nothing of what may be imported', async () => {
    const said = await lint(
      'services/api/src/serve-x.ts',
      `import type { Spool } from '@iaas/common/ports/spool'\n\nexport type Copy = Spool\n`,
    )
    expect(said).not.toContain('no-restricted-imports')
  })
})
