// `npm run docs:outages`: fails each dependency in each way, and writes what clients saw into docs/operations.md.
import { spawnSync } from 'node:child_process'

const run = (...args) =>
  spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, WRITE_OUTAGES: 'yes' },
  }).status ?? 1

const suites = ['outages', 'redis-sentinels', 'redis-cluster', 'database-fail-over']

process.exitCode =
  run('scripts/test.mjs', ...suites.map((suite) => `test/outages/${suite}`)) ||
  run('node_modules/prettier/bin/prettier.cjs', '--write', 'docs/operations.md')
