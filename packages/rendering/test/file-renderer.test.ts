import { errorCatalogue } from '@iaas/common/errors'
import {
  type FontDigest,
  type OverlayDigest,
  center,
  fontOfDigest,
  parseImageId,
} from '@iaas/common/image'
import { type OriginalRef, originalKey } from '@iaas/common/original-ref'
import type { Decoder } from '@iaas/common/ports/decoder'
import { createFileRenderer } from '@iaas/rendering/file-renderer'
import type { FontFiles } from '@iaas/rendering/fonts/fonts'
import type { Overlays } from '@iaas/rendering/watermarks/overlays'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const original: OriginalRef = {
  id: parseImageId('photo'),
  version: '7.5',
  size: 7,
  modifiedAt: new Date(5),
}
const bounds = { width: 300, height: 200 }
const policy = { bounds, webpOptIn: true, webpSwitch: false }
const variant = makeVariant()

/** A renderer over a decoder that notes its tasks, and how many files were leased then. */
function setUp(isDamaged = false, overlays?: Overlays, fonts?: FontFiles) {
  const seen: { readonly leases: number; readonly task: unknown }[] = []
  let leases = 0
  let opened = 0
  const work = async (task: unknown) => {
    seen.push({ leases, task })
    if (isDamaged) throw new Error('damaged')
    return { kind: 'pointless' } as never
  }
  const decoder: Decoder = { inspect: work, describe: work, render: work, ingest: work, copy: work }
  const originals = {
    async open() {
      leases += 1
      opened += 1
      return {
        path: `/leased/${opened}`,
        async [Symbol.asyncDispose]() {
          leases -= 1
        },
      }
    },
  }
  const named = { overlays, fonts }
  const renderer = createFileRenderer({ decoder, originals, policy, stripMetadata: true, ...named })
  return { renderer, seen, leases: () => leases }
}

describe('a renderer over a decoder of files', () => {
  const key = originalKey(original)

  it('leases the file of an original while it is decoded, however that ends', async () => {
    for (const isDamaged of [false, true]) {
      const { renderer, seen, leases } = setUp(isDamaged)
      await Promise.allSettled([renderer.inspect(original)])
      await Promise.allSettled([renderer.render({ original, variant, client: 'one' })])
      await Promise.allSettled([renderer.describe({ original, onlyIdle: true })])
      await Promise.allSettled([renderer.copy({ original, outputPath: '/copy' })])
      expect(seen).toEqual([
        { leases: 1, task: { path: '/leased/1', original: key } },
        { leases: 1, task: { path: '/leased/2', original: key, variant, bounds, client: 'one' } },
        { leases: 1, task: { path: '/leased/3', original: key, onlyIdle: true } },
        { leases: 1, task: { path: '/leased/4', original: key, outputPath: '/copy' } },
      ])
      expect(leases()).toBe(0)
    }
  })

  it('leases no original where a working copy is decoded', async () => {
    const { renderer, seen } = setUp()
    await renderer.render({ original, variant, copy: { path: '/copy', quality: 60 } })
    const task = { path: '/copy', original: key, originalQuality: 60, variant, bounds }
    expect(seen).toEqual([{ leases: 0, task }])
  })

  it('R63 gives the decoder the image of a watermark, and never renders without it or with another', async () => {
    const overlay = Buffer.from('image')
    const digest = 'ab'.repeat(16) as OverlayDigest
    const placed = { overlay: digest, gravity: center, opacity: 1, scale: 1, margin: 0 }
    const marked = { ...variant, watermark: { ...placed, repeat: false } }
    const known = setUp(false, { find: (asked) => (asked === digest ? overlay : undefined) })
    await known.renderer.render({ original, variant: marked })
    expect(known.seen).toEqual([
      { leases: 1, task: { path: '/leased/1', original: key, variant: marked, bounds, overlay } },
    ])
    for (const overlays of [undefined, { find: () => undefined }]) {
      const { renderer, seen, leases } = setUp(false, overlays)
      const rendering = renderer.render({ original, variant: marked })
      await expect(rendering).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
      expect([seen, leases()]).toEqual([[], 0])
      expect(errorCatalogue.RENDERER_BUSY.retryable).toBe(true)
    }
  })

  it('T56 gives the decoder the font of a text, and never renders without it or with another', async () => {
    const font = Buffer.from('font')
    const digest = 'ab'.repeat(16) as FontDigest
    const written = { ...variant, text: 'Text', textFont: fontOfDigest(digest) }
    const find = (asked: FontDigest) => (asked === digest ? font : undefined)
    const known = setUp(false, undefined, { find })
    await known.renderer.render({ original, variant: written })
    expect(known.seen).toEqual([
      { leases: 1, task: { path: '/leased/1', original: key, variant: written, bounds, font } },
    ])
    for (const fonts of [undefined, { find: () => undefined }]) {
      const { renderer, seen, leases } = setUp(false, undefined, fonts)
      const rendering = renderer.render({ original, variant: written })
      await expect(rendering).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
      expect([seen, leases()]).toEqual([[], 0])
    }
  })

  it('adds what its configuration says of every upload', async () => {
    const { renderer, seen } = setUp()
    const upload = { path: '/upload', outputPath: '/kept', crop: undefined }
    await renderer.ingest(upload)
    expect(seen).toEqual([{ leases: 0, task: { ...upload, stripMetadata: true } }])
  })
})
