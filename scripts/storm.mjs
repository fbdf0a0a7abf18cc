// `npm run storm -- races|aborts|kills|forms|addresses [N] [--seed N]`: runs N uploads that race for one token, are aborted,
// lose their api, or have hostile forms, or N requests for random addresses, and checks the invariants. `npm test` runs a few
// of each.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { prepare } from './prepare.mjs'

const storms = {
  races: { test: 'test/uploads/upload-races', usual: '10000' },
  aborts: { test: 'test/uploads/upload-aborts', usual: '5000' },
  kills: { test: 'test/uploads/killed-uploads', usual: '50' },
  forms: { test: 'test/uploads/hostile-forms', usual: '10000' },
  addresses: { test: 'test/images/random-addresses', usual: '100000' },
}

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: '11' } },
  allowPositionals: true,
})
const [name = '', rounds] = positionals
const storm = storms[name]
if (storm === undefined) {
  process.stderr.write(`Which storm? One of ${Object.keys(storms).join(', ')}.\n`)
  process.exitCode = 1
} else {
  prepare()
  const { status } = spawnSync(process.execPath, ['scripts/test.mjs', storm.test], {
    stdio: 'inherit',
    env: {
      ...process.env,
      [`STORM_${name.toUpperCase()}`]: rounds ?? storm.usual,
      STORM_SEED: values.seed,
    },
  })
  process.exitCode = status ?? 1
}
