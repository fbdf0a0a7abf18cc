import { join } from 'node:path'
import { findFreePort } from '../stage/ports.mjs'
import { startServer } from '../stage/server.mjs'

/** What Node adds by itself. */
const added = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding'])

/** A bare server that answers like another one does at an address. */
export async function startBareRedirect(exampleUrl, core) {
  const port = await findFreePort()
  const base = `http://127.0.0.1:${port}`
  const headers = await headersOf(exampleUrl)
  const program = join(import.meta.dirname, 'bare-redirect-child.mjs')
  const server = await startServer({
    command: [process.execPath, program, `${port}`, JSON.stringify(headers)],
    readyUrl: base,
    core,
  })
  return { ...server, base }
}

async function headersOf(url) {
  const answer = await fetch(url, { redirect: 'manual' })
  if (answer.status !== 307) throw new Error(`${url} is no hit but ${answer.status}.`)
  return Object.fromEntries([...answer.headers].filter(([name]) => !added.has(name)))
}
