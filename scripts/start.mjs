// `npm start` and `npm run start:...`: a service of this repository, from a fresh checkout on.
import cluster from 'node:cluster'
import { prepare } from './prepare.mjs'

const [service = 'standalone'] = process.argv.slice(2)
// Further processes of an api begin here as well: they run what the first has prepared, and install nothing under it.
if (cluster.isPrimary) prepare()
process.setSourceMapsEnabled(true)
endWithParent()
await import(`../services/${service}/dist/main.js`)

/** npm does not pass SIGTERM on: should it be ended by one, this process, which it leaves behind, ends itself as well. */
function endWithParent() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}
