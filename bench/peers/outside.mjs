import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { findFreePort } from '../stage/ports.mjs'
import { dialects } from './dialects.mjs'

/** A server that runs already, as `--peer` names it. It fetches the images over HTTP, from a process of ours. */
export async function useOutsidePeer({ name, dialect, base }) {
  const toPath = dialects[dialect]
  if (toPath === undefined) {
    throw new Error(`No dialect ${dialect}; there are ${Object.keys(dialects).join(', ')}.`)
  }
  const port = await findFreePort()
  const origin = fork(join(import.meta.dirname, 'origin-child.mjs'), [`${port}`])
  return {
    name,
    base,
    // Its processes are not known: no processor time, no memory.
    pids: [],
    async stop() {
      const exited = once(origin, 'exit')
      origin.kill()
      await exited
    },
    canDo: () => true,
    async prepare(photo) {
      origin.send(photo.path)
      await once(origin, 'message')
    },
    headersOf: () => ({}),
    pathOf: (file, each) => toPath(`http://127.0.0.1:${port}/${file}`, each),
  }
}
