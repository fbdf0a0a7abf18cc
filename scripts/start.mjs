// `npm start` and `npm run start:...`: a service of this repository, from a fresh checkout on.
import { prepare } from './prepare.mjs'

const [service = 'standalone'] = process.argv.slice(2)
prepare()
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
