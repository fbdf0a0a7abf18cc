import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import {
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  get,
  request,
} from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { listen } from '@iaas/common/http/server'
import type { Decoder } from '@iaas/common/ports/decoder'
import { createRendererClient } from '@iaas/rendering/http/renderer-client'
import { encodeFacts, resultHeader } from '@iaas/rendering/http/wire'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openService } from './open-service.ts'

/** More than the system takes of an answer that nobody reads. */
const largeBytes = 16 * 2 ** 20
const info = { format: 'png', size: { width: 400, height: 300 } } as const
const rendered = { kind: 'rendered', timing: { queueMs: 1, renderMs: 2 }, isDear: false }

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
  await writeFile(path, 'an image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

type Answer = (res: ServerResponse, req: IncomingMessage) => void

/** A service that answers each task as the test says, and a client of it. */
async function openServer(answer: Answer, maxReadBytes?: number, maxWaitMs?: number) {
  let calls = 0
  const listener: RequestListener = (req, res) => {
    calls += 1
    req.resume().once('end', () => answer(res, req))
  }
  const server = await listen(listener, { port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${server.port}`
  return {
    client: createRendererClient({
      url,
      timeoutMs: 60_000,
      ...(maxReadBytes !== undefined && { maxReadBytes }),
      ...(maxWaitMs !== undefined && { maxWaitMs }),
    }),
    calls: () => calls,
    [Symbol.asyncDispose]: () => server.close(0),
  }
}

const job = (side = 2000) => ({
  path,
  variant: makeVariant(),
  bounds: { width: side, height: side },
})

function begin(res: ServerResponse, facts: unknown, bytes?: number): ServerResponse {
  if (bytes !== undefined) res.setHeader('Content-Length', bytes)
  return res.setHeader(resultHeader, encodeFacts(facts))
}

describe('the client of the renderer service', () => {
  it('T38 reads no more renditions at once than it has room for', async () => {
    const begun: { readonly res: ServerResponse; left: number }[] = []
    const withheld = (res: ServerResponse, { url = '' }: IncomingMessage) => {
      if (url.startsWith('/inspect')) return void begin(res, info).end()
      const left = 1000
      begin(res, rendered, largeBytes).write(new Uint8Array(largeBytes - left))
      begun.push({ res, left })
    }
    // A service that says nothing for long is taken for dead.
    const signsOfLife = setInterval(() => {
      for (const one of begun.filter(({ res, left }) => left > 1 && !res.writableEnded)) {
        one.res.write(new Uint8Array(1))
        one.left -= 1
      }
    }, 300)
    const countRead = () => begun.filter(({ res }) => res.writableLength === 0).length
    // On a busy machine none has waited its maximum before the test has looked.
    await using server = await openServer(withheld, 2.5 * largeBytes, 60_000)
    const renders = Array.from({ length: 5 }, () => server.client.render(job()))
    for (let done = 0; done < renders.length; done += 1) {
      await until(() => begun.length === 5 && countRead() > done)
      // The client is at work, so that it would have read others as well.
      for (let other = 0; other < 20; other += 1) await server.client.inspect({ path })
      expect(countRead() - done).toBeLessThanOrEqual(2)
      const next = begun.find(({ res }) => res.writableLength === 0 && !res.writableEnded)
      next?.res.end(new Uint8Array(next.left))
    }
    clearInterval(signsOfLife)
    for (const outcome of await Promise.all(renders)) {
      expect(outcome).toMatchObject({ kind: 'rendered', bytes: { length: largeBytes } })
    }
  })

  it('T38 is busy when a rendition finds no room for too long', async () => {
    const withheld = (res: ServerResponse) => {
      begin(res, rendered, largeBytes)
      const pieces = setInterval(() => res.write(new Uint8Array(100)), 300)
      res.once('close', () => clearInterval(pieces))
    }
    await using server = await openServer(withheld, largeBytes)
    const caller = new AbortController()
    const first = server.client.render(job(), caller.signal)
    await until(() => server.calls() === 1)
    await expect(server.client.render(job())).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    expect(server.calls()).toBe(2)
    caller.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
  })

  it.each([
    ['announces', largeBytes],
    ['sends, and announces nothing of,', undefined],
  ])('T38 believes no renderer that %s more than any rendition has', async (_name, announced) => {
    const flood = (res: ServerResponse) =>
      void begin(res, rendered, announced).end(new Uint8Array(largeBytes))
    await using server = await openServer(flood)
    await expect(server.client.render(job(100))).rejects.toMatchObject({
      code: 'RENDERER_UNREACHABLE',
    })
    await expect(server.client.inspect({ path })).rejects.toMatchObject({
      code: 'RENDERER_UNREACHABLE',
    })
  })

  it('takes a rendition whose length is not announced', async () => {
    await using server = await openServer((res) => {
      begin(res, rendered).write('ima')
      res.end('ge')
    })
    const outcome = await server.client.render(job())
    expect(outcome).toMatchObject({ bytes: new Uint8Array(Buffer.from('image')) })
  })

  it('T38 saves the image of an upload while it arrives', async () => {
    const outputPath = join(folder.path, 'output')
    const half = new Uint8Array(2 ** 20).fill(7)
    const slow = async (res: ServerResponse) => {
      begin(res, { ...info, reencoded: true }, 2 * half.length).write(half)
      await until(async () => (await stat(outputPath).catch(() => undefined))?.size === half.length)
      res.end(half)
    }
    await using server = await openServer((res) => void slow(res))
    await server.client.ingest({ path, outputPath, crop: undefined, stripMetadata: false })
    expect((await readFile(outputPath)).equals(Buffer.concat([half, half]))).toBe(true)
  })
})

const never = () => Promise.reject(new Error('Nobody asks for it.'))
const large: Decoder = {
  inspect: never,
  describe: never,
  copy: never,
  render: async () => ({
    kind: 'rendered',
    timing: rendered.timing,
    isCostly: false,
    bytes: new Uint8Array(largeBytes),
  }),
  async ingest({ outputPath }) {
    await writeFile(outputPath, new Uint8Array(largeBytes))
    return { ...info, reencoded: true }
  },
}

/** Sends a task to the service. Resolves to its answer, of which nothing is read. */
async function ask(url: string, target: string): Promise<IncomingMessage> {
  const req = request(`${url}${target}`, { method: 'POST', agent: false }).end('an image')
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  return res
}

async function countBytes(res: IncomingMessage): Promise<number> {
  let bytes = 0
  try {
    for await (const chunk of res as AsyncIterable<Buffer>) bytes += chunk.length
  } catch {
    // It was cut.
  }
  return bytes
}

describe('the renderer service', () => {
  const task = encodeFacts({ variant: makeVariant(), bounds: { width: 9, height: 9 } })
  const ingest = encodeFacts({ stripMetadata: false })

  it('T38 cuts the oldest of the renditions that its callers do not take', async () => {
    await using service = await openService(large, { maxUnsentBytes: 2 * largeBytes })
    const answers: IncomingMessage[] = []
    for (let count = 0; count < 4; count += 1) {
      answers.push(await ask(service.url, `/render?task=${task}`))
    }
    const read = await Promise.all(answers.map(countBytes))
    expect(read.map((bytes) => bytes === largeBytes)).toEqual([false, false, true, true])
  })

  it('T38 sends the image of an upload as fast as its caller takes it', async () => {
    await using service = await openService(large)
    const answer = await ask(service.url, `/take-in?task=${ingest}`)
    expect(answer.statusCode).toBe(200)
    for (let other = 0; other < 20; other += 1) {
      const [health] = (await once(get(`${service.url}/healthz`), 'response')) as [IncomingMessage]
      await text(health)
    }
    expect(await service.listTemporary()).toHaveLength(2)
    expect(await countBytes(answer)).toBe(largeBytes)
    await until(async () => (await service.listTemporary()).length === 0)
  })
})
