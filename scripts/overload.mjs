// `npm run overload -- [--seconds N]`: requests ten times as many new variants as the renderers can make. Prints images per
// second against the peak, the latency of refusals and hits, and the recovery.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { prepare } from './prepare.mjs'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } })

prepare()
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'test/limits/overload'], {
  stdio: 'inherit',
  env: { ...process.env, OVERLOAD_SECONDS: values.seconds },
})
process.exitCode = status ?? 1
