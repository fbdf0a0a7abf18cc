import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')

/** Every setting that may be given as a file is a secret; the page is made from the schemas. */
function listSecrets(): readonly string[] {
  const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8')
  return [...page.matchAll(/`(\w+)_FILE`/g)].map(([, name = '']) => name)
}

describe('the launcher', () => {
  it('R46 hands no secret to the programs that install and build', async () => {
    await using folder = await createTemporaryFolder()
    const scripts = join(folder.path, 'scripts')
    cpSync(join(root, 'scripts'), scripts, { recursive: true })
    writeFileSync(join(folder.path, 'package-lock.json'), '{}')
    // In place of npm, and of what the compiler would be.
    const names = [...listSecrets(), 'NODE_CONFIG']
    const npm = '#!/bin/sh\nenv >&2\nexit 3\n'
    writeFileSync(join(folder.path, 'npm'), npm, { mode: 0o755 })
    const secrets = Object.fromEntries(names.map((name) => [name, `marker of ${name}`]))
    const { status, stderr } = spawnSync(process.execPath, [join(scripts, 'prepare.mjs')], {
      env: { ...secrets, KEPT: 'what is no secret', PATH: `${folder.path}:${process.env['PATH']}` },
      encoding: 'utf8',
    })
    expect(names.length).toBeGreaterThan(8)
    expect(status).toBe(3)
    expect(stderr).toContain('KEPT=what is no secret')
    expect(stderr).not.toContain('marker of')
  })
})
