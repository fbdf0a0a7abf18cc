import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')

/** Every setting that may be given as a file is a secret; the page is made from the schemas. */
function listSecrets(): readonly string[] {
  const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8')
  return [...page.matchAll(/`(\w+)_FILE`/g)].map(([, name = '']) => name)
}

/** Runs the scripts on an empty folder, with a program in place of npm that shows what it was given, and fails. */
async function prepareWith(environment: Readonly<Record<string, string>>) {
  await using folder = await createTemporaryFolder()
  const scripts = join(folder.path, 'scripts')
  cpSync(join(root, 'scripts'), scripts, { recursive: true })
  writeFileSync(join(folder.path, 'package-lock.json'), '{}')
  const npm = '#!/bin/sh\necho "npm $*" >&2\nenv >&2\nexit 3\n'
  writeFileSync(join(folder.path, 'npm'), npm, { mode: 0o755 })
  return spawnSync(process.execPath, [join(scripts, 'prepare.mjs')], {
    env: { ...environment, PATH: `${folder.path}:${process.env['PATH']}` },
    encoding: 'utf8',
  })
}

describe('the launcher', () => {
  it('R46 hands no secret to the programs that install and build', async () => {
    const names = [...listSecrets(), 'NODE_CONFIG']
    const secrets = Object.fromEntries(names.map((name) => [name, `marker of ${name}`]))
    const { status, stderr } = await prepareWith({ ...secrets, KEPT: 'what is no secret' })
    expect(names.length).toBeGreaterThan(8)
    expect(status).toBe(3)
    expect(stderr).toContain('KEPT=what is no secret')
    expect(stderr).not.toContain('marker of')
  })

  it('T22 installs what is locked and what it builds with, also where NODE_ENV is production', async () => {
    const { stderr } = await prepareWith({ NODE_ENV: 'production' })
    expect(stderr).toMatch(/^npm ci --include=dev /m)
  })
})

describe('an installation by hand', () => {
  it.each([
    ['spares the next start its own', true],
    ['does not, if it left out the compiler', false],
  ])('%s', async (_name, hasCompiler) => {
    await using folder = await createTemporaryFolder()
    cpSync(join(root, 'scripts'), join(folder.path, 'scripts'), { recursive: true })
    writeFileSync(join(folder.path, 'package-lock.json'), '{}')
    const compiler = join(folder.path, 'node_modules', 'typescript', 'bin')
    mkdirSync(compiler, { recursive: true })
    if (hasCompiler) writeFileSync(join(compiler, 'tsc'), '')
    const script = join(folder.path, 'scripts', 'prepare.mjs')
    expect(spawnSync(process.execPath, [script, '--installed']).status).toBe(0)
    expect(existsSync(join(folder.path, 'node_modules', '.installed'))).toBe(hasCompiler)
  })
})
