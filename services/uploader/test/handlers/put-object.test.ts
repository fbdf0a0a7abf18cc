import { objectKey, variantDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { RenderTask, RenderOutcome, Renderer } from '@iaas/common/ports/renderer'
import type { Spool } from '@iaas/common/ports/spool'
import { readObject } from '@iaas/common/streams/read-object'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createPutObject } from '../../src/handlers/put-object.ts'
import { bytesOf, createCountingRenderer, createOriginalsThat, makeOriginal } from '../_fakes.ts'

const variant = makeVariant({ format: 'webp' })
const rendition = { variant, renderedAt: 5000 }
const key = objectKey(variant, 5000)

function setUp(part: { spool?: Spool; renderer?: Renderer; hasOriginal?: boolean } = {}) {
  const {
    spool = createFakeSpool(),
    renderer = createCountingRenderer(),
    hasOriginal = true,
  } = part
  const variants = createFakeVariantStore()
  const links = createFakeLinkStore()
  const originals = createOriginalsThat(hasOriginal)
  const store: { outage: AppError | undefined } = { outage: undefined }
  const storeOutage = () => store.outage
  const present = { epoch: 0, isGone: false }
  const epochs = { of: async () => present }
  const stores = { spool, variants, links, originals, epochs }
  const keys = createObjectKeys(undefined)
  const putObject = createPutObject({ ...stores, keys, storeOutage, renderer })
  return { putObject, variants, links, spool, renderer, store, present }
}

describe('put-object', () => {
  it('puts the spooled bytes under the key of the rendition, without a render', async () => {
    const renderer = createCountingRenderer()
    const { putObject, variants, spool } = setUp({ renderer })
    await spool.put(variantDigest(variant), { bytes: bytesOf('spooled'), renderedAt: 5000 })
    expect(await putObject(rendition)).toBe(key)
    expect(await readObject(variants, key)).toEqual(bytesOf('spooled'))
    expect(renderer.renders).toBe(0)
  })

  it('fetches and renders nothing while the store is away, and says why it is', async () => {
    const renderer = createCountingRenderer()
    const { putObject, store } = setUp({ renderer })
    store.outage = new AppError('STORE_UNAVAILABLE', 'It refused: AccessDenied.')
    await expect(putObject(rendition)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'It refused: AccessDenied.',
    })
    expect(renderer.renders).toBe(0)
  })

  it('R78 puts nothing for a rendition whose original was raised meanwhile', async () => {
    const { putObject, variants, present } = setUp()
    present.epoch = 7
    expect(await putObject(rendition)).toBe(key)
    expect(await variants.has(key)).toBe(false)
    await putObject({ ...rendition, epoch: 7 })
    expect((await variants.list('')).objects).toHaveLength(1)
  })

  it('leaves the spool as it is: the link is not recorded yet', async () => {
    const { putObject, spool } = setUp()
    await spool.put(variantDigest(variant), { bytes: bytesOf('spooled'), renderedAt: 5000 })
    await putObject(rendition)
    expect(await spool.get(variantDigest(variant))).toBeDefined()
  })

  it('F37 that runs again after its object was stored puts and renders nothing', async () => {
    const renderer = createCountingRenderer()
    const { putObject, variants } = setUp({ renderer })
    await variants.put(key, bytesOf('stored'), 'image/webp')
    variants.put = () => Promise.reject(new Error('Nothing is to be put.'))
    expect(await putObject(rendition)).toBe(key)
    expect(renderer.renders).toBe(0)
  })

  it('F37 that runs after another rendition was linked puts its bytes, without a render', async () => {
    const renderer = createCountingRenderer()
    const { putObject, variants, links } = setUp({ renderer })
    const other = objectKey(variant, 6000)
    await variants.put(other, bytesOf('linked'), 'image/webp')
    await links.record(variant, { key: other }, 6000)
    await putObject(rendition)
    expect(await readObject(variants, key)).toEqual(bytesOf('linked'))
    expect(renderer.renders).toBe(0)
  })

  it('F37 renders again where the object of the other rendition is gone as well', async () => {
    const { putObject, variants, links } = setUp()
    await links.record(variant, { key: objectKey(variant, 6000) }, 6000)
    await putObject(rendition)
    expect(await readObject(variants, key)).toEqual(bytesOf('rendered again'))
  })

  it('renders again what the spool has lost', async () => {
    const { putObject, variants } = setUp()
    await putObject(rendition)
    expect(await readObject(variants, key)).toEqual(bytesOf('rendered again'))
  })

  it('renders again while the spool is not available', async () => {
    const down = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'Redis does not answer.'))
    const { putObject, variants } = setUp({
      spool: {
        put: down,
        get: down,
        size: down,
        renderedAt: down,
        drop: down,
        ping: down,
        usage: down,
      },
    })
    await putObject(rendition)
    expect(await readObject(variants, key)).toEqual(bytesOf('rendered again'))
  })

  it('names the original to the renderer, and passes the signal', async () => {
    const seen: { job: RenderTask; signal: AbortSignal | undefined }[] = []
    const renderer: Renderer = {
      ...createCountingRenderer(),
      async render(job, signal) {
        seen.push({ job, signal })
        const timing = { queueMs: 0, renderMs: 0 }
        return { kind: 'rendered', bytes: bytesOf('x'), timing, isCostly: false }
      },
    }
    const { signal } = new AbortController()
    await setUp({ renderer }).putObject(rendition, signal)
    expect(seen).toEqual([{ job: { original: makeOriginal(variant.id), variant }, signal }])
  })

  it('fails with ORIGINAL_NOT_FOUND where neither bytes nor original are left', async () => {
    const { putObject, variants } = setUp({ hasOriginal: false })
    await expect(putObject(rendition)).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
    expect(await readObject(variants, key)).toBeUndefined()
  })

  it('fails where the result would leave the bounds', async () => {
    const outcome: RenderOutcome = { kind: 'out-of-bounds', source: { width: 1, height: 9000 } }
    const renderer = { ...createCountingRenderer(), render: async () => outcome }
    const { putObject } = setUp({ renderer })
    await expect(putObject(rendition)).rejects.toMatchObject({ code: 'INVALID_IMAGE_URL' })
  })

  it('does not hide that the variant store failed', async () => {
    const { putObject, variants } = setUp()
    variants.put = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'S3 does not answer.'))
    await expect(putObject(rendition)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('R69 does not take the bytes of a link for those of a rendition that was fenced out meanwhile', async () => {
    const renderer = createCountingRenderer()
    const { putObject, links, variants, present } = setUp({ renderer })
    const linked = objectKey(variant, 4000)
    await variants.put(linked, bytesOf('of another life'), 'image/jpeg')
    await links.record(variant, { key: linked }, 4000)
    present.epoch = 4
    await putObject({ ...rendition, epoch: 3 })
    expect(renderer.renders).toBe(1)
    await putObject({ ...rendition, epoch: 4 })
    expect(renderer.renders).toBe(1)
    expect(await readObject(variants, objectKey(variant, 5000, 4))).toEqual(
      bytesOf('of another life'),
    )
  })
})
