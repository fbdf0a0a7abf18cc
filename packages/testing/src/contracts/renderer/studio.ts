import { afterAll, beforeAll } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Region, Size, Variant } from '@iaas/common/image'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { CopyOutcome, Ingested } from '@iaas/common/ports/renderer'
import { createTemporaryFolder } from '../../temporary-folder.ts'
import { makeVariant } from '../../variants.ts'

export type OpenRenderer = () => Promise<AsyncDisposable & { readonly renderer: Decoder }>

/** Limits of a renderer under contract: small, so that small images reach them. */
export const contractLimits = {
  maxInputPixels: 300_000,
  maxOnDiskPixels: 100_000,
  blurSigma: 7,
  minCopiedPixels: 1000,
  refusedFormats: ['svg'],
} as const

export const contractBounds: Size = { width: 2000, height: 2000 }

/** A renderer and a folder for its files, shared by the tests of a suite. */
export type Studio = {
  readonly renderer: Decoder
  /** Writes an image to a file and returns its path. */
  store(image: Uint8Array | string): Promise<string>
  /** Returns a path without a file. */
  newPath(): string
  /** Renders an image, which must be within bounds. `originalQuality`, `overlay`: see `RenderFileTask`. */
  render(
    image: Uint8Array | string,
    part: Partial<Variant>,
    originalQuality?: number,
    overlay?: Uint8Array,
  ): Promise<Buffer>
  /** Makes a working copy at `outputPath`. */
  copy(
    image: Uint8Array | string,
  ): Promise<{ readonly outcome: CopyOutcome; readonly outputPath: string }>
  ingest(
    image: Uint8Array | string,
    crop?: Region,
    stripMetadata?: boolean,
  ): Promise<Ingested & { readonly path: string; readonly outputPath: string }>
}

export function openStudio(open: OpenRenderer): Studio {
  let opened: Awaited<ReturnType<OpenRenderer>>
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  beforeAll(async () => {
    folder = await createTemporaryFolder()
    opened = await open()
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
  const newPath = () => join(folder.path, randomUUID())

  async function store(image: Uint8Array | string): Promise<string> {
    const path = newPath()
    await writeFile(path, image, 'latin1')
    return path
  }

  return {
    get renderer() {
      return opened.renderer
    },
    newPath,
    store,
    async copy(image) {
      const path = await store(image)
      const outputPath = newPath()
      return { outcome: await opened.renderer.copy({ path, outputPath }), outputPath }
    },
    async render(image, part, originalQuality, overlay) {
      const path = await store(image)
      const variant = makeVariant(part)
      const job = { path, variant, bounds: contractBounds, originalQuality, overlay }
      const outcome = await opened.renderer.render(job)
      if (outcome.kind !== 'rendered') throw new Error(`The outcome was ${outcome.kind}.`)
      return Buffer.from(outcome.bytes)
    },
    async ingest(image, crop, stripMetadata = false) {
      const path = await store(image)
      const outputPath = newPath()
      const ingested = await opened.renderer.ingest({ path, outputPath, crop, stripMetadata })
      return { ...ingested, path, outputPath }
    },
  }
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
