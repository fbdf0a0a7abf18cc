// Compiles changed sources into `dist`, one file at a time and without checking types, for loops in which a compiler run would
// be most of the wait.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from '@swc/core'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Returns the folders of all packages and services. */
export const workspaces = ['packages', 'services'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
)

/**
 * Compiles every source that is newer than its output.
 *
 * @returns the number of compiled sources
 * @throws Error if a source cannot be parsed
 */
export function transpileChanged() {
  const counts = workspaces.map(transpileWorkspace)
  return counts.reduce((sum, count) => sum + count, 0)
}

function transpileWorkspace(folder) {
  const changed = listSources(folder).filter(({ source, output }) => isNewer(source, output))
  for (const { source, output } of changed) transpile(source, output)
  if (changed.length > 0) forgetBuild(join(folder, 'dist'))
  return changed.length
}

function listSources(folder) {
  const from = join(folder, 'src')
  return readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      source: join(from, name),
      output: join(folder, 'dist', name.replace(/\.ts$/, '.js')),
    }))
}

function isNewer(source, output) {
  return !existsSync(output) || statSync(source).mtimeMs > statSync(output).mtimeMs
}

function transpile(source, output) {
  const { code, map } = transformSync(readFileSync(source, 'utf8'), {
    filename: source,
    sourceFileName: relative(dirname(output), source),
    sourceMaps: true,
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript' },
      transform: { verbatimModuleSyntax: true },
      rewriteRelativeImportExtensions: true,
    },
    module: { type: 'es6' },
  })
  mkdirSync(dirname(output), { recursive: true })
  writeFileSync(output, `${code}//# sourceMappingURL=${basename(output)}.map\n`)
  writeFileSync(`${output}.map`, map ?? '')
}

/** Deletes the compiler's state; otherwise it would keep this output when a source is changed back to the version that it compiled last. */
function forgetBuild(dist) {
  for (const name of ['.tsbuildinfo', '.tsbuildinfo-image']) {
    rmSync(join(dist, name), { force: true })
  }
}
