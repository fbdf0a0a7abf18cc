import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

const names = [process.env['CHROMIUM'], 'chromium', 'chromium-browser', 'google-chrome']
const chromium = names.find((name) => name && spawnSync(name, ['--version']).status === 0)

/** Names what a browser test lacks on this machine; undefined where it lacks nothing. */
export const browserMissing = chromium === undefined ? 'there is no Chromium' : undefined

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How long a page may take on a busy machine, ms. */
const limitMs = 40_000

/**
 * Runs the body of an async function on a page in Chromium. The page has an origin of its own.
 *
 * @returns what the function returns, as JSON carries it
 */
export async function runOnPage(body: string): Promise<unknown> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const result = new Promise<string>((resolve) => {
    server.on('request', (req: IncomingMessage, res) => {
      if (req.method === 'POST') void text(req).then(resolve)
      res.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageOf(body))
    })
  })
  await using profile = await createTemporaryFolder()
  const { port } = server.address() as AddressInfo
  const args = [...flags, `--user-data-dir=${profile.path}`, `http://127.0.0.1:${port}/page`]
  const browser = spawn(chromium ?? '', args, { stdio: 'ignore' })
  const exited = once(browser, 'exit')
  try {
    return JSON.parse(await withinLimit(result)) as unknown
  } finally {
    browser.kill('SIGKILL')
    await exited
    server.closeAllConnections()
    server.close()
  }
}

function pageOf(body: string): string {
  return `<!doctype html><script type="module">
const run = async () => { ${body} }
const result = await run().catch((error) => ({ failed: String(error) }))
await fetch('/result', { method: 'POST', body: JSON.stringify(result ?? null) })
</script>`
}

async function withinLimit(result: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The page did not finish.')), limitMs)
  })
  try {
    return await Promise.race([result, late])
  } finally {
    clearTimeout(timer)
  }
}
