import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, get } from 'node:http'
import { listen } from '@iaas/common/http/server'
import { encodeFacts, resultHeader } from '@iaas/rendering/http/wire'
import { createBucket, startTestS3 } from '@iaas/testing/s3'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { ask, askUntil, store } from '../support/http.ts'
import { peakMemory, residentMemory, resetPeakMemory } from '../support/memory.ts'
import { type Stack, startStack } from '../support/stack.ts'

const crowd = 100
const path = '/noise_1990_1990.png'

/** Nothing compresses it: its variants are as large as their pixels. */
function makeNoise(side: number): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 } as const
  return sharp(randomBytes(side * side * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer()
}

async function toBucket(): Promise<Readonly<Record<string, string>>> {
  const server = await startTestS3()
  const { bucket, endpoint, credentials } = await createBucket(server.url)
  return {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    CACHE_HOST: `${endpoint}/${bucket}`,
  }
}

async function begin(base: string, target: string): Promise<IncomingMessage> {
  // A connection that is cut later on ends the answer as well.
  const req = get(`${base}${target}`, { agent: false }).on('error', () => {})
  const [answer] = (await once(req, 'response')) as [IncomingMessage]
  return answer
}

async function countBytes(answer: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  return bytes
}

describe.each([
  ['a folder', () => Promise.resolve({})],
  ['a bucket', toBucket],
])('a crowd that asks for a large variant that is stored in %s', (_name, provideEnv) => {
  let stack: Stack
  let size: number

  beforeAll(async () => {
    stack = await startStack({ env: await provideEnv() })
    await store(stack.base, 'noise', await makeNoise(2000))
    size = (await ask(stack.base, path)).body.length
    await askUntil(({ status }) => status === 307, stack.base, path)
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  it('R25 is answered through the api piece by piece: it never holds a copy for each', async () => {
    const pid = stack.process.pid ?? 0
    resetPeakMemory(pid)
    const before = residentMemory(pid)
    const asked = Array.from({ length: crowd }, () => begin(stack.base, `${path}?proxy=true`))
    const answers = await Promise.all(asked)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200))
    expect(await Promise.all(answers.map(countBytes))).toEqual(answers.map(() => size))
    expect(size).toBeGreaterThan(11e6)
    expect((peakMemory(pid) - before) / size).toBeLessThan(10)
  })
})

const images = 40
const imageBytes = 24 * 2 ** 20

/** A renderer that answers once as many renders have come as the test sends, all at the same time. */
async function startRenderer() {
  let asked = 0
  const renders: ServerResponse[] = []
  const size = { width: 100, height: 100 }
  const ingested = { format: 'png', size, reencoded: false }
  const rendered = { kind: 'rendered', timing: { queueMs: 0, renderMs: 0 }, isDear: false }
  const tell = (res: ServerResponse, facts: unknown) =>
    res.setHeader(resultHeader, encodeFacts(facts))
  const server = await listen(
    (req, res) => {
      const beat = setInterval(() => {
        if (!res.headersSent) res.writeProcessing()
      }, 300)
      res.once('close', () => clearInterval(beat))
      req.resume().once('end', () => {
        if (req.url?.startsWith('/render') !== true) return void tell(res, ingested).end()
        asked += 1
        renders.push(res)
        // A busy api asks again for what it has given up.
        if (asked < images) return
        for (const render of renders.splice(0))
          tell(render, rendered).end(new Uint8Array(imageBytes))
      })
    },
    { port: 0, host: '127.0.0.1' },
  )
  return {
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.close(0),
  }
}

describe('renderers that answer with many large renditions at once', () => {
  it('T38 are read by an api as far as it has room for them', async () => {
    await using renderer = await startRenderer()
    const env = { RENDERER_URL: renderer.url, RENDERER_FALLBACK: 'false' }
    await using stack = await startStack({ env })
    await store(stack.base, 'noise', await makeNoise(100))
    const pid = stack.process.pid ?? 0
    resetPeakMemory(pid)
    const before = residentMemory(pid)
    const asked = Array.from({ length: images }, async (_, index) => {
      const answer = await begin(stack.base, `/noise_${1000 + index}_1000.png`)
      return { status: answer.statusCode, bytes: await countBytes(answer).catch(() => 0) }
    })
    const answers = await Promise.all(asked)
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
    expect(answers.filter(({ bytes }) => bytes === imageBytes).length).toBeGreaterThan(1)
    expect((peakMemory(pid) - before) / imageBytes).toBeLessThan(20)
  })
})
