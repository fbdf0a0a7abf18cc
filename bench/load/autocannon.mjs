import { fork } from 'node:child_process'
import { join } from 'node:path'
import { answerOf } from '../stage/answer-of.mjs'

/** See `askForLinks`: where there is no wrk. It takes about as much of a core as a fast server does. */
export async function askWithAutocannon(options) {
  const child = fork(join(import.meta.dirname, 'autocannon-child.mjs'))
  child.send(options)
  return answerOf(child)
}
