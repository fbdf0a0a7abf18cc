import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from '@jest/globals'

const entry = join(import.meta.dirname, '..', '..', 'dist', 'worker', 'main.js')

/** The packages that a compiled program loads when it starts. */
function packagesOf(path: string, seen = new Set<string>()): ReadonlySet<string> {
  const found = new Set<string>()
  if (seen.has(path)) return found
  seen.add(path)
  const source = readFileSync(path, 'utf8')
  for (const [, name = ''] of source.matchAll(/^(?:import|export) (?:[^'"=]*from )?'([^']+)'/gm)) {
    if (name.startsWith('node:')) continue
    const isOwn = name.startsWith('.') || name.startsWith('@iaas/')
    if (!isOwn) found.add(name)
    else for (const each of packagesOf(resolveOwn(name, path), seen)) found.add(each)
  }
  return found
}

function resolveOwn(name: string, from: string): string {
  if (name.startsWith('.')) return join(dirname(from), name)
  return createRequire(from).resolve(name)
}

it('a child that decodes loads no package but sharp', () => {
  expect(existsSync(entry)).toBe(true)
  expect([...packagesOf(entry)]).toEqual(['sharp'])
})
