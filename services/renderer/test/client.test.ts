import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import { digestOf } from '@iaas/common/digest'
import { parseWatermark } from '@iaas/common/image'
import { listen } from '@iaas/common/http/server'
import type { Decoder } from '@iaas/common/ports/decoder'
import { createRendererClient } from '@iaas/rendering/http/renderer-client'
import { encodeFacts, resultHeader } from '@iaas/rendering/http/wire'
import { findFreePort } from '@iaas/testing/free-port'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'photo')
  await writeFile(path, await makePhoto({ width: 400, height: 300, format: 'png' }))
})
afterAll(async () => folder[Symbol.asyncDispose]())

const info = { format: 'png', size: { width: 400, height: 300 } } as const
const rendered = { kind: 'rendered', timing: { queueMs: 1, renderMs: 2 }, isDear: false }

type Turn = (req: IncomingMessage, res: ServerResponse) => void

const answer =
  (facts: unknown, body: string): Turn =>
  (req, res) => {
    req.resume()
    req.once('end', () => res.setHeader(resultHeader, encodeFacts(facts)).end(body))
  }
const hangUp: Turn = (req) => void req.socket.destroy()
const breakOff: Turn = (req, res) => {
  req.resume()
  req.once('end', () => {
    res.setHeader(resultHeader, encodeFacts(rendered)).setHeader('Content-Length', 100)
    res.write('half', () => res.destroy())
  })
}
const neverAnswer: Turn = (req) => void req.resume()

/** A service that behaves as each of `turns` says in turn, the last one for ever, and a client of it. */
async function openServer(
  turns: readonly Turn[],
  timeoutMs = 60_000,
): Promise<AsyncDisposable & { readonly client: Decoder; readonly calls: () => number }> {
  let calls = 0
  const listener: RequestListener = (req, res) => {
    turns[Math.min(calls, turns.length - 1)]?.(req, res)
    calls += 1
  }
  const server = await listen(listener, { port: 0, host: '127.0.0.1' })
  return {
    client: createRendererClient({ url: `http://127.0.0.1:${server.port}`, timeoutMs }),
    calls: () => calls,
    [Symbol.asyncDispose]: () => server.close(0),
  }
}

const job = () => ({ path, variant: makeVariant(), bounds: { width: 2000, height: 2000 } })

describe('the client of the renderer service', () => {
  it('asks again where the connection is dropped, before or in the middle of the answer', async () => {
    await using server = await openServer([hangUp, breakOff, answer(rendered, 'image')])
    const outcome = await server.client.render(job())
    const { isDear: isCostly, ...facts } = rendered
    const bytes = new Uint8Array(Buffer.from('image'))
    expect(outcome).toEqual({ ...facts, isCostly, bytes })
    expect(server.calls()).toBe(3)
  })

  it('R30 tells who asks as a digest, and nothing if it does not know', async () => {
    const told: unknown[] = []
    const note: Turn = (req, res) => {
      told.push(req.headers['x-client'])
      answer(rendered, 'image')(req, res)
    }
    await using server = await openServer([note])
    await server.client.render({ ...job(), client: '192.0.2.7' })
    await server.client.render(job())
    expect(told).toEqual([digestOf('192.0.2.7'), undefined])
  })

  it('gives up where every connection is dropped', async () => {
    await using server = await openServer([hangUp])
    await expect(server.client.render(job())).rejects.toMatchObject({
      code: 'RENDERER_UNREACHABLE',
    })
    expect(server.calls()).toBe(3)
  })

  it('gives up where nobody listens', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}`
    const client = createRendererClient({ url, timeoutMs: 60_000 })
    await expect(client.inspect({ path })).rejects.toMatchObject({ code: 'RENDERER_UNREACHABLE' })
  })

  it('gives up where the answers are none of a renderer', async () => {
    const strange: readonly Turn[] = [
      (req, res) => void req.resume().once('end', () => res.writeHead(502).end('<html>')),
      (req, res) => void req.resume().once('end', () => res.end('no facts')),
      answer({ kind: 'done' }, ''),
    ]
    for (const turn of strange) {
      await using server = await openServer([turn])
      await expect(server.client.inspect({ path })).rejects.toMatchObject({
        code: 'RENDERER_UNREACHABLE',
      })
    }
  })

  it('does not ask again where the renderer has refused', async () => {
    const failure = JSON.stringify({ code: 'IMAGE_DAMAGED', message: 'It is damaged.' })
    const refuse: Turn = (req, res) =>
      void req.resume().once('end', () => res.writeHead(422).end(failure))
    await using server = await openServer([refuse])
    await expect(server.client.inspect({ path })).rejects.toMatchObject({
      code: 'IMAGE_DAMAGED',
      message: 'It is damaged.',
    })
    expect(server.calls()).toBe(1)
  })

  it('takes a renderer of an earlier release, which knows no facts, for one that is busy', async () => {
    const unknown: Turn = (req, res) =>
      void req.resume().once('end', () => res.writeHead(404).end('<html>'))
    await using server = await openServer([unknown])
    await expect(server.client.describe({ path })).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    expect(server.calls()).toBe(1)
  })

  it('gives a variant with new options to no renderer of an earlier release, which would drop them', async () => {
    const earlier: Turn = (req, res) =>
      req.url?.startsWith('/render?') === true
        ? answer(rendered, 'plain')(req, res)
        : void req.resume().once('end', () => res.writeHead(404).end())
    await using server = await openServer([earlier])
    const bounds = { width: 100, height: 100 }
    await expect(server.client.render({ ...job(), bounds })).resolves.toBeDefined()
    for (const part of [{ grayscale: true }, { height: 0 }, { blur: 3 }]) {
      const task = { ...job(), variant: makeVariant(part), bounds }
      await expect(server.client.render(task)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    }
  })

  it('R63 gives a variant with a watermark or a text to no renderer that knows only the other options', async () => {
    const earlier: Turn = (req, res) =>
      /^\/render(?:-with-options)?\?/.test(req.url ?? '')
        ? answer(rendered, 'plain')(req, res)
        : void req.resume().once('end', () => res.writeHead(404).end())
    await using server = await openServer([earlier])
    const watermark = parseWatermark(`~${'ab'.repeat(16)},north,1,1,0,once`)
    const overlay = Buffer.from('image')
    for (const part of [{ watermark }, { text: 'text' }]) {
      const task = { ...job(), variant: makeVariant(part), overlay }
      await expect(server.client.render(task)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    }
  })

  it('waits for an answer no longer than it may', async () => {
    await using server = await openServer([neverAnswer], 200)
    await expect(server.client.render(job())).rejects.toMatchObject({ code: 'RENDER_TIMEOUT' })
    expect(server.calls()).toBe(1)
  })

  it('asks another one where the first falls silent', async () => {
    await using server = await openServer([neverAnswer, answer(info, '')])
    await expect(server.client.inspect({ path })).resolves.toEqual(info)
    expect(server.calls()).toBe(2)
  })

  it('understands a renderer of an earlier release, which calls JPEG "jpeg"', async () => {
    const { size } = info
    await using server = await openServer([answer({ format: 'jpeg', size }, '')])
    await expect(server.client.inspect({ path })).resolves.toEqual({ format: 'jpg', size })
  })

  it('waits for one that says that it works on, however long that takes', async () => {
    const slow: Turn = (req, res) => {
      req.resume()
      const beats = setInterval(() => res.writeProcessing(), 300)
      setTimeout(() => {
        clearInterval(beats)
        res.setHeader(resultHeader, encodeFacts(info)).end()
      }, 3000)
    }
    await using server = await openServer([slow])
    await expect(server.client.inspect({ path })).resolves.toEqual(info)
    expect(server.calls()).toBe(1)
  })

  it('goes away with its caller', async () => {
    let gone = false
    const watch: Turn = (req, res) => {
      req.resume()
      res.once('close', () => (gone = true))
    }
    await using server = await openServer([watch])
    const caller = new AbortController()
    const inspection = server.client.inspect({ path }, caller.signal)
    await until(() => server.calls() === 1)
    const reason = new Error('gone')
    caller.abort(reason)
    await expect(inspection).rejects.toBe(reason)
    await until(() => gone)
    expect(server.calls()).toBe(1)
  })

  it('writes no file where the upload stays as it is', async () => {
    await using server = await openServer([answer({ ...info, reencoded: false }, '')])
    const outputPath = join(folder.path, 'kept')
    await server.client.ingest({ path, outputPath, crop: undefined, stripMetadata: false })
    expect(existsSync(outputPath)).toBe(false)
  })
})

const missing = existsSync('/proc/self/fd') ? undefined : 'there is no /proc'
describeUnless(missing, 'the client of the renderer service, as /proc shows it', () => {
  it('closes the image, however a call ends', async () => {
    const turns = [hangUp, breakOff, neverAnswer, answer(info, ''), neverAnswer]
    await using server = await openServer(turns, 100)
    await Promise.allSettled(Array.from({ length: 30 }, () => server.client.inspect({ path })))
    await until(() => countOpen(path) === 0)
    expect(countOpen(path)).toBe(0)
  })
})

/** How many times this process has a file open. */
function countOpen(file: string): number {
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`)
    } catch {
      return undefined
    }
  })
  return links.filter((link) => link === file).length
}
