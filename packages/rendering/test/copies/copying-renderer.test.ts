import { writeFile, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { createDiskWorkingCopyStore } from '@iaas/common/disk/working-copy-store'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { RenderTask } from '@iaas/common/ports/renderer'
import { createCopyMetrics } from '@iaas/rendering/copies/copy-metrics'
import { createCopyingRenderer } from '@iaas/rendering/copies/copying-renderer'
import { createFileRenderer } from '@iaas/rendering/file-renderer'
import type { RenderPool } from '@iaas/rendering/pool/pool-types'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeSample } from '@iaas/testing/images/make-sample'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { Registry } from 'prom-client'
import { openPool } from '../open-pool.ts'

const bounds = { width: 2000, height: 2000 }
const costly = { width: 240, height: 180, format: 'jpeg', progressive: true } as const

let pool: RenderPool
beforeAll(() => {
  pool = openPool({ minCopiedPixels: 1000 })
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
})

type StudioOptions = { readonly isMaking?: boolean; readonly decoder?: Decoder }

/** A renderer with working copies over a folder of originals, and what it was asked to render. */
async function openStudio({ isMaking = true, decoder = pool }: StudioOptions = {}) {
  const folder = await createTemporaryFolder()
  const originals = createDiskOriginalStore({ dir: folder.path })
  const registry = new Registry()
  const copies = createDiskWorkingCopyStore({ originalsDir: folder.path, maxBytes: 2 ** 30 })
  const rendered: RenderTask[] = []
  const policy = { bounds, webpOptIn: true, webpSwitch: false }
  const renderer = createFileRenderer({ decoder, originals, policy, stripMetadata: false })
  const counting = {
    ...renderer,
    render(job: RenderTask, signal?: AbortSignal) {
      rendered.push(job)
      return renderer.render(job, signal)
    },
  }
  const copying = createCopyingRenderer({
    renderer: counting,
    copies,
    isMaking,
    metrics: createCopyMetrics(registry),
    log: createSilentLogger(),
  })
  return {
    copying,
    copies,
    rendered,
    registry,
    folder: folder.path,
    render: (original: OriginalRef) => copying.render({ original, variant: makeVariant() }),
    async plant(picture: Uint8Array): Promise<OriginalRef> {
      await using file = await originals.createTemporary()
      await writeFile(file.path, picture)
      return await originals.put(parseImageId('photo'), file)
    },
    untilCopied: (original: OriginalRef) =>
      until(async () => (await copies.find(original)) !== undefined),
    async count(name: string, labels: Record<string, string>) {
      const found = await registry.getSingleMetric(name)?.get()
      const isMeant = (sample: { labels: object }) =>
        JSON.stringify(sample.labels) === JSON.stringify(labels)
      return found?.values.find(isMeant)?.value ?? 0
    },
    async [Symbol.asyncDispose]() {
      await copying[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('a renderer with working copies', () => {
  it('renders the second variant of a progressive JPEG from the copy that the first one brought about', async () => {
    await using studio = await openStudio()
    const original = await studio.plant(await makePhoto({ ...costly, quality: 60 }))
    await studio.render(original)
    await studio.untilCopied(original)
    await studio.render(original)
    expect(studio.rendered.map((job) => job.copy?.quality)).toEqual([undefined, 60])
    expect(await studio.count('iaas_render_sources_total', { source: 'original' })).toBe(1)
    expect(await studio.count('iaas_render_sources_total', { source: 'copy' })).toBe(1)
    expect(await studio.count('iaas_working_copies_total', { result: 'copied' })).toBe(1)
  })

  it('makes a copy before the first render, where it is told to', async () => {
    await using studio = await openStudio()
    const original = await studio.plant(await makePhoto(costly))
    studio.copying.prepare(original)
    await studio.untilCopied(original)
    await studio.render(original)
    expect(studio.rendered.map((job) => job.copy === undefined)).toEqual([false])
  })

  it('renders from the original where the variant has other colours than the copy', async () => {
    await using studio = await openStudio()
    const original = await studio.plant(await makePhoto(costly))
    studio.copying.prepare(original)
    await studio.untilCopied(original)
    for (const profile of ['keep', 'p3', 'srgb'] as const) {
      await studio.copying.render({ original, variant: makeVariant({ profile }) })
    }
    const isCopied = studio.rendered.map((job) => job.copy !== undefined)
    expect(isCopied).toEqual([false, false, true])
  })

  it('finds the striking point in the original, and crops the copy around it', async () => {
    await using studio = await openStudio()
    const original = await studio.plant(await makePhoto(costly))
    studio.copying.prepare(original)
    await studio.untilCopied(original)
    const variant = makeVariant({ width: 50, height: 90, fit: 'crop', gravity: 'smart' })
    for (const striking of [undefined, { x: 0.2, y: 0.5 }]) {
      await studio.copying.render({ original, variant, striking })
    }
    expect(studio.rendered.map((job) => job.copy !== undefined)).toEqual([false, true])
  })

  it('renders from the original where the copy is gone or damaged, and makes another', async () => {
    await using studio = await openStudio()
    const picture = await makePhoto(costly)
    const original = await studio.plant(picture)
    studio.copying.prepare(original)
    await studio.untilCopied(original)
    const copy = await studio.copies.find(original)
    await writeFile(copy?.path ?? '', picture.subarray(0, 500))
    expect(await studio.render(original)).toMatchObject({ kind: 'rendered' })
    await until(async () => {
      const found = await studio.copies.find(original)
      return found !== undefined && (await readFile(found.path)).length > 500
    })
    await rm(copy?.path ?? '')
    expect(await studio.render(original)).toMatchObject({ kind: 'rendered' })
    expect(await studio.count('iaas_working_copies_total', { result: 'discarded' })).toBe(1)
  })

  it('does not take the copy of another original for its own', async () => {
    await using studio = await openStudio()
    const original = await studio.plant(await makePhoto(costly))
    studio.copying.prepare(original)
    await studio.untilCopied(original)
    const changed = { ...original, version: `${original.version}.changed` }
    expect(await studio.copies.find(changed)).toBeUndefined()
  })

  it('makes none where it may only use them', async () => {
    await using studio = await openStudio({ isMaking: false })
    const original = await studio.plant(await makePhoto(costly))
    await studio.render(original)
    studio.copying.prepare(original)
    expect(await readdir(studio.folder)).not.toContain('_copies')
  })

  it('tries again what found no idle child, and gives up what cannot be copied', async () => {
    const codes = ['RENDERER_BUSY', 'IMAGE_DAMAGED'] as const
    const tried: string[] = []
    const copy: Decoder['copy'] = ({ path }) => {
      tried.push(path)
      return Promise.reject(new AppError(codes[tried.length - 1] ?? 'RENDER_FAILED', 'Not now.'))
    }
    await using studio = await openStudio({ decoder: { ...pool, copy } })
    const original = await studio.plant(await makePhoto(costly))
    studio.copying.prepare(original)
    await until(() => tried.length === 2)
    await studio.render(original)
    studio.copying.prepare(original)
    expect(tried).toHaveLength(2)
    expect(await studio.copies.find(original)).toBeUndefined()
  })

  it('makes a copy of a slow format after a render that took too long, and no work for others', async () => {
    const late = () => Promise.reject(new AppError('RENDER_TIMEOUT', 'Too late.'))
    const asked = { inspect: 0, copy: 0 }
    const decoder: Decoder = {
      ...pool,
      render: late,
      inspect: (...given) => pool.inspect(...given).finally(() => (asked.inspect += 1)),
      copy(...given) {
        asked.copy += 1
        return pool.copy(...given)
      },
    }
    await using ordinary = await openStudio({ decoder })
    const photo = await ordinary.plant(await makePhoto(costly))
    await expect(ordinary.render(photo)).rejects.toMatchObject({ code: 'RENDER_TIMEOUT' })
    await until(() => asked.inspect === 1)
    await using slow = await openStudio({ decoder })
    const heic = await slow.plant(await makeSample('heic'))
    await expect(slow.render(heic)).rejects.toMatchObject({ code: 'RENDER_TIMEOUT' })
    await slow.untilCopied(heic)
    expect(asked.copy).toBe(1)
  })

  it('makes a copy before it returns where it is asked to', async () => {
    await using studio = await openStudio()
    const other = await studio.plant(await makePhoto(costly))
    await studio.copying.prepareNow(other)
    expect(await studio.copies.find(other)).toBeDefined()
  })

  it('never rejects where a copy cannot be made at once, and tries again later', async () => {
    let attempts = 0
    const copy: Decoder['copy'] = (task, signal) => {
      attempts += 1
      if (attempts === 1) return Promise.reject(new AppError('RENDERER_BUSY', 'Not now.'))
      if (attempts === 2) return Promise.reject(new AppError('STORE_UNAVAILABLE', 'Not now.'))
      return pool.copy(task, signal)
    }
    await using studio = await openStudio({ decoder: { ...pool, copy } })
    const original = await studio.plant(await makePhoto(costly))
    await studio.copying.prepareNow(original)
    await until(async () => (await studio.copies.find(original)) !== undefined)
    expect(attempts).toBe(3)
  })

  it('waits for no child: while all are busy it makes no copy, and no render waits for one', async () => {
    await using busy = openPool({ concurrency: 1, minCopiedPixels: 1000 })
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'photo')
    await writeFile(path, await makePhoto({ ...costly, width: 1500, height: 1500 }))
    const render = busy.render({ path, variant: makeVariant(), bounds })
    const job = { path, outputPath: join(folder.path, 'copy') }
    await expect(busy.copy(job)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    expect(await render).toMatchObject({ kind: 'rendered' })
    expect(await busy.copy(job)).toMatchObject({ kind: 'copied' })
  })
})
