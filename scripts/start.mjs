// `npm start` and `npm run start:...`: starts a service, also from a fresh checkout.
import cluster from 'node:cluster'
import { endWithParent } from './end-with-parent.mjs'
import { prepare } from './prepare.mjs'

const [service = 'standalone'] = process.argv.slice(2)
// Worker processes of an api start here as well: they run what the primary process prepared and install nothing.
if (cluster.isPrimary) prepare()
process.setSourceMapsEnabled(true)
endWithParent()
await import(`../services/${service}/dist/main.js`)
