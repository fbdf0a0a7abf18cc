import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { type RequestListener, createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from '@jest/globals'

const run = promisify(execFile)
const host = 'https://images.example.com'

describe('the snippets of the README', () => {
  let snippets: string
  beforeAll(async () => {
    const readme = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
    const blocks = [...readme.matchAll(/^```(?:js|html)\n([^]*?)^```/gm)].map(([, code]) => code)
    expect(blocks).toHaveLength(3)
    for (const block of blocks) expect(block).toContain(host)
    snippets = blocks.slice(0, 2).join('\n')
    expect(blocks.join('\n')).not.toContain('127.0.0.1')
  })

  /** Runs the snippets as a program of their own against a service that answers so. */
  async function uploadAgainst(listener: RequestListener): Promise<unknown> {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const program = `${snippets.replaceAll(host, base)}
      const upload = async () => uploadImage(await permitUpload('hello'), new Blob(['image']))
      console.log(JSON.stringify(await upload().catch((error) => error.name + ': ' + error.message)))`
    try {
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
      return JSON.parse(stdout)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('upload an image', async () => {
    const image = { status: 'OK', id: 'hello', original_width: 2, original_height: 1 }
    const given = await uploadAgainst((req, res) => {
      req.resume()
      res.setHeader('content-type', 'application/json')
      const permit = { token: 't', upload_path: '/hello' }
      const isUpload = req.url === '/hello' && req.headers['x-token'] === 't'
      res.end(JSON.stringify(isUpload ? image : permit))
    })
    expect(given).toEqual(image)
  })

  it('tell why the service refuses', async () => {
    const given = await uploadAgainst((req, res) => {
      req.resume()
      res.writeHead(403, { 'content-type': 'application/problem+json' })
      res.end('{"detail":"The id is taken."}')
    })
    expect(given).toBe('Error: The id is taken.')
  })

  it('tell the status where a proxy answers with a page of its own', async () => {
    const given = await uploadAgainst((req, res) => {
      req.resume()
      res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
    })
    expect(given).toMatch(/^Error: .*502/)
  })
})
