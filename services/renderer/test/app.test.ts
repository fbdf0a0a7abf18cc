import { originalKey } from '@iaas/common/original-ref'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { AppError } from '@iaas/common/errors'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { RenderPool } from '@iaas/rendering/pool/pool-types'
import {
  decodeFacts,
  encodeFacts,
  renderResult,
  resultHeader,
  taskParameter,
} from '@iaas/rendering/http/wire'
import { readPixels } from '@iaas/testing/images/compare'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { openPool } from './open-pool.ts'
import { type OpenService, openService } from './open-service.ts'

const bounds = { width: 2000, height: 2000 }
const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
/** Keeps its decoder busy for many seconds. */
const slowImage = makeScanBomb(5000, 5000, 4000)

let pool: RenderPool
let service: OpenService
beforeAll(async () => {
  pool = openPool()
  service = await openService(pool, { maxBodyBytes: 1_000_000 })
})
afterAll(async () => {
  await service[Symbol.asyncDispose]()
  await pool[Symbol.asyncDispose]()
})

const addressOf = (path: string, task: unknown) =>
  `${service.url}${path}?${taskParameter}=${encodeFacts(task)}`

const post = (path: string, task: unknown, body: Uint8Array, signal?: AbortSignal) =>
  fetch(addressOf(path, task), { method: 'POST', body, signal: signal ?? null })

describe('the renderer service', () => {
  it('answers a render with the bare bytes, and the times in a header', async () => {
    const answer = await post('/render', { variant: makeVariant({ width: 30 }), bounds }, photo)
    expect(answer.status).toBe(200)
    expect(decodeFacts(renderResult, answer.headers.get(resultHeader))).toEqual({
      kind: 'rendered',
      timing: { queueMs: expect.any(Number), renderMs: expect.any(Number) },
      isCostly: false,
    })
    expect(decodeURIComponent(answer.headers.get(resultHeader) ?? '')).toContain('"isDear":false')
    const image = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-length')).toBe(`${image.length}`)
    expect(image.subarray(0, 3).toString('hex')).toBe('ffd8ff')
    expect(await readPixels(image)).toMatchObject({ width: 30, height: 20 })
  })

  it('takes variants whose ids need more than ASCII', async () => {
    const path = join(service.folder, 'unicode')
    await writeFile(path, photo)
    const variant = {
      ...makeVariant(),
      id: '図'.repeat(255) as ReturnType<typeof makeVariant>['id'],
    }
    const original = originalKey({ id: variant.id, version: '1' })
    const outcome = await service.renderer.render({ path, variant, bounds, original })
    expect(outcome.kind).toBe('rendered')
  })

  it('leaves no file behind, however a task ends', async () => {
    await post('/render', { variant: makeVariant(), bounds }, photo)
    await post('/take-in', { crop: { left: 0, top: 0, width: 9, height: 9 } }, photo)
    await post('/take-in', {}, Buffer.from('no image'))
    await post('/render', {}, photo)
    await until(async () => (await service.listTemporary()).length === 0)
    expect(await service.listTemporary()).toEqual([])
  })

  it.each([
    ['no task', ''],
    ['no JSON', `${taskParameter}=x`],
    ['another task', `${taskParameter}=${encodeFacts({ crop: { left: 0 } })}`],
    [
      'bounds of nothing',
      `${taskParameter}=${encodeFacts({ variant: makeVariant(), bounds: {} })}`,
    ],
    ['half an escape', `${taskParameter}=%E0%A4%A`],
  ])('refuses a render of %s', async (_name, query) => {
    const init = { method: 'POST', body: new Uint8Array(photo) }
    const answer = await fetch(`${service.url}/render?${query}`, init)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code: 'INVALID_IMAGE_URL' })
  })

  it('says why it refuses an image, and nothing of itself', async () => {
    const answer = await post('/inspect', {}, Buffer.from('<svg/>'))
    expect(answer.status).toBe(422)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
    expect(text).not.toMatch(/\/tmp|node_modules|at /)
    expect(answer.headers.get('x-powered-by')).toBeNull()
  })

  it('calls JPEG "jpeg", as clients of earlier releases know it', async () => {
    const { headers } = await post('/inspect', {}, photo)
    const facts = decodeURIComponent(headers.get(resultHeader) ?? '')
    expect(JSON.parse(facts)).toMatchObject({ format: 'jpeg' })
  })

  it('refuses an image of more bytes than it takes, and the client hears of it', async () => {
    const path = join(service.folder, 'large')
    await writeFile(path, Buffer.alloc(40_000_000))
    await expect(service.renderer.inspect({ path })).rejects.toMatchObject({
      code: 'UPLOAD_TOO_LARGE',
    })
    await until(async () => (await service.listTemporary()).length === 0)
    await writeFile(path, photo)
    expect(await service.renderer.inspect({ path })).toMatchObject({ format: 'jpg' })
  })

  it('ends work whose caller goes away', async () => {
    const caller = new AbortController()
    const task = { variant: makeVariant({ width: 20, height: 20 }), bounds }
    const answer = post('/render', task, slowImage, caller.signal)
    await until(() => pool.stats().inFlight === 1)
    caller.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    await until(() => pool.stats().inFlight === 0)
    await until(async () => (await service.listTemporary()).length === 0)
    expect((await post('/inspect', {}, photo)).status).toBe(200)
  })

  it('forgets a caller that goes away before its image is there', async () => {
    const upload = request(addressOf('/inspect', {}), { method: 'POST' })
    upload.on('error', () => {})
    upload.write(photo.subarray(0, 500))
    await until(async () => (await service.listTemporary()).length === 1)
    upload.destroy()
    await until(async () => (await service.listTemporary()).length === 0)
    expect(pool.stats().inFlight).toBe(0)
  })

  it('answers 503 while it is full', async () => {
    await using full = openPool({ queueLimit: 0 })
    await using busy = await openService(full)
    const path = join(busy.folder, 'slow')
    await writeFile(path, slowImage)
    const caller = new AbortController()
    const job = { path, variant: makeVariant({ width: 20, height: 20 }), bounds }
    const running = busy.renderer.render(job, caller.signal).catch(() => {})
    await until(() => full.stats().inFlight === 1)
    await expect(busy.renderer.inspect({ path })).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    const init = { method: 'POST', body: new Uint8Array(photo) }
    expect((await fetch(`${busy.url}/inspect`, init)).status).toBe(503)
    caller.abort()
    await running
  })

  it('keeps a variant out that was late twice, though each of its files is new', async () => {
    await using strict = openPool({ timeoutMs: 300 })
    await using open = await openService(strict)
    const path = join(open.folder, 'slow')
    await writeFile(path, slowImage)
    const job = { path, variant: makeVariant({ width: 20, height: 20 }), bounds }
    const codes: unknown[] = []
    for (let time = 0; time < 3; time += 1) {
      codes.push(await open.renderer.render(job).catch((error: { code: string }) => error.code))
    }
    expect(codes).toEqual(['RENDER_TIMEOUT', 'RENDER_TIMEOUT', 'RENDER_QUARANTINED'])
    const refused = await open.renderer.render(job).catch((error: unknown) => error)
    expect((refused as AppError).retryAfterSeconds).toBeGreaterThan(540)
  })

  it('is alive, and ready until it ends', async () => {
    let isReady = true
    await using ending = await openService(pool, { isReady: () => isReady })
    expect((await fetch(`${ending.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${ending.url}/readyz`)).status).toBe(200)
    isReady = false
    expect((await fetch(`${ending.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${ending.url}/readyz`)).status).toBe(503)
  })
})
