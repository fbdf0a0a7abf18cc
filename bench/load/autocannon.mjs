import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** See `askForLinks`: where there is no wrk. It takes about as much of a core as a fast server does. */
export async function askWithAutocannon(options) {
  const child = fork(join(import.meta.dirname, 'autocannon-child.mjs'))
  child.send(options)
  const [answer] = await once(child, 'message')
  return answer
}
