// `npm run chaos -- [--minutes N] [--seed N]`: runs the services under load while they and their dependencies fail at random,
// and checks the invariants at the end. The same seed draws the same faults.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { prepare } from './prepare.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 1e6)}` },
  },
})

prepare()
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'test/outages/chaos'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHAOS_SECONDS: `${Number(values.minutes) * 60}`,
    CHAOS_SEED: values.seed,
  },
})
process.exitCode = status ?? 1
