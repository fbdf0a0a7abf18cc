import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'

const costly = { width: 320, height: 240, format: 'jpeg', progressive: true, quality: 70 } as const

describe('originals that are costly to decode', () => {
  let stack: Stack

  beforeAll(async () => {
    const settings = { working_copies: { min_megapixels: 0.01 } }
    stack = await startStack({ env: { NODE_CONFIG: JSON.stringify(settings) } })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  const read = async (name: string, labels: Record<string, string>) =>
    (await readMetrics(stack.admin)).sum(name, labels)
  const copied = () => read('iaas_working_copies_total', { result: 'copied' })
  const renders = async () => ({
    original: await read('iaas_render_sources_total', { source: 'original' }),
    copy: await read('iaas_render_sources_total', { source: 'copy' }),
  })

  it('are rendered from a working copy after their upload, and served as they came', async () => {
    const image = await makePhoto(costly)
    await store(stack.base, 'uploaded', image)
    await until(async () => (await copied()) === 1)
    const before = await renders()
    expect((await ask(stack.base, '/uploaded_50_50.jpg')).status).toBe(200)
    expect(await renders()).toEqual({ ...before, copy: before.copy + 1 })
    const original = await fetch(`${stack.base}/uploaded.jpg`)
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    expect(digest(new Uint8Array(await original.arrayBuffer()))).toBe(digest(image))
  })

  it('are rendered from one after their first render, where they were put into the folder by hand', async () => {
    await writeFile(join(stack.dataDir, 'originals', 'planted'), await makePhoto(costly))
    const before = await renders()
    expect((await ask(stack.base, '/planted_50_50.jpg')).status).toBe(200)
    await until(async () => (await copied()) === 2)
    expect((await ask(stack.base, '/planted_60_60.jpg')).status).toBe(200)
    expect(await renders()).toEqual({ original: before.original + 1, copy: before.copy + 1 })
  })
})
