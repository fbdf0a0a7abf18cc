// `npm start` and `npm run start:...`: a service of this repository, from a fresh checkout on.
import cluster from 'node:cluster'
import { endWithParent } from './end-with-parent.mjs'
import { prepare } from './prepare.mjs'

const [service = 'standalone'] = process.argv.slice(2)
// Further processes of an api begin here as well: they run what the first has prepared, and install nothing under it.
if (cluster.isPrimary) prepare()
process.setSourceMapsEnabled(true)
endWithParent()
await import(`../services/${service}/dist/main.js`)
