import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gonePath } from '@iaas/common/disk/originals-layout'
import { parseImageId } from '@iaas/common/image'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, json } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

const forms = [
  '/lost_200_100.jpg',
  '/lost_200_100.webp?fit=crop&proxy=true',
  '/lost_200_100.auto',
  '/lost_200_100.png?download=true',
  '/lost.jpg',
  '/lost.json',
  '/_preset/card/lost.jpg',
]

describe('an image that was deleted', () => {
  let stack: Stack

  beforeAll(async () => {
    const config = { presets: { card: '100x50?fit=crop' } }
    stack = await startStack({ env: { NODE_CONFIG: JSON.stringify(config) } })
    // Without a row in the database, as after its loss.
    const mark = join(stack.dataDir, 'originals', gonePath(parseImageId('lost')))
    await mkdir(dirname(mark), { recursive: true })
    await writeFile(mark, '')
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  it.each(forms)('is 410 for %s, which caches keep for a minute', async (path) => {
    const answer = await ask(stack.base, path)
    expect([answer.status, answer.headers['cache-control']]).toEqual([410, 'public, max-age=60'])
    expect(json(answer)).toMatchObject({ type: 'urn:iaas:problem:original-gone', status: 410 })
    const head = await ask(stack.base, path, { method: 'HEAD' })
    expect([head.status, head.headers['cache-control']]).toEqual([410, 'public, max-age=60'])
  })

  it('keeps its id taken', async () => {
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ id: 'lost' })
    const answer = await ask(stack.base, '/token', { method: 'POST', headers, body })
    expect([answer.status, json(answer)['type']]).toEqual([403, 'urn:iaas:problem:id-taken'])
    expect(json(answer)['detail']).toContain('was deleted')
  })

  it('leaves others as they are', async () => {
    const answer = await ask(stack.base, '/never_200_100.jpg')
    expect([answer.status, answer.headers['cache-control']]).toEqual([404, 'no-store'])
  })
})
