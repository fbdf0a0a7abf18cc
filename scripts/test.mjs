// `npm test`: runs every test that this machine can run, also from a fresh checkout. Arguments are passed to jest; with
// `--containers` first, to the tests in containers. With a path, only changed sources are compiled, unchecked.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { prepare, prepareFast } from './prepare.mjs'
import { missingForContainers } from './container-engine.mjs'

const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
const jest = 'node_modules/jest/bin/jest.js'

const [first, ...rest] = process.argv.slice(2)
if (process.argv.slice(2).some((argument) => existsSync(argument))) await prepareFast()
else prepare()
if (first === '--containers') testInContainers(rest)
else {
  runJest(first === undefined ? [] : [first, ...rest])
  if (first === undefined) testInContainers([])
}

function testInContainers(args) {
  const missing = missingForContainers()
  if (missing !== undefined) {
    process.stderr.write(`\nSkipped: the tests in containers (${missing}).\n`)
    return
  }
  process.stderr.write(
    '\nThe same, and more, in containers (about ten minutes; CONTAINERS=off skips them):\n',
  )
  runJest(['--config', 'jest.containers.config.js', ...args])
}

function runJest(args) {
  const { status } = spawnSync(process.execPath, [...flags, jest, ...args], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
