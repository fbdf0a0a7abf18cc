// `npm run overload -- [--seconds N]`: ten times as many new variants are asked for as the renderers can make, for so long.
// Prints what came of it: pictures a second against the peak, how fast refusals and hits were, and how it was afterwards.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { prepare } from './prepare.mjs'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } })

prepare()
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'test/threats/overload'], {
  stdio: 'inherit',
  env: { ...process.env, OVERLOAD_SECONDS: values.seconds },
})
process.exitCode = status ?? 1
