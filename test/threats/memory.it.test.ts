import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, get } from 'node:http'
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
  const [answer] = (await once(get(`${base}${target}`, { agent: false }), 'response')) as [
    IncomingMessage,
  ]
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
