import { type CamelKeys, camelKeys } from '@iaas/common/config/camel-keys'
import type { constraintsSettings } from '@iaas/common/config/policy'
import { address, integer, number, optionalInteger, toggle } from '@iaas/common/config/setting'
import { type OriginalFormat, originalFormats } from '@iaas/common/image'
import { z } from 'zod'
import { animationSettings } from './animation-config.ts'
import { fitMemory, leastMiB } from './fit-memory.ts'

const rendererSettings = z
  .object({
    url: address(['http', 'https'], {
      description:
        'URL of the renderer service. Without it, api and uploader decode images in their own child processes.',
      env: 'RENDERER_URL',
    }),
    fallback: toggle(
      true,
      'Decodes images in own child processes while the renderer service cannot be reached; otherwise: 503. Turn it off if a process with secrets must not run decoders.',
      'RENDERER_FALLBACK',
    ),
    concurrency: integer(
      { min: 0, max: 1024, fallback: 0 },
      'Images decoded at once; 0: one per core, as far as the memory limit of the container permits.',
    ),
    own_cores: toggle(
      true,
      'Pins each decoding child process to its own core, if there are as many as cores (Linux). Turn it off if several renderers share a machine.',
      'RENDERER_OWN_CORES',
    ),
    queue: integer(
      { min: 0, max: 100_000, fallback: 256 },
      'Renders that may wait in the queue; beyond it: 503 for the client with the most of them. As many checks of uploads may wait in addition.',
    ),
    max_wait: integer(
      { min: 1, max: 600_000, fallback: 10_000 },
      'Longest wait of a render in the queue, ms; beyond it: 503.',
      'RENDERER_MAX_WAIT',
    ),
    queue_timeout: optionalInteger(
      { min: 1, max: 600_000 },
      'Deprecated spelling of `renderer.max_wait`; it wins if both are set.',
    ),
    memory: integer(
      { min: leastMiB, max: 1_048_576, fallback: 2048 },
      'Estimated memory of all concurrent renders, MiB; less if the memory limit of the container leaves less.',
    ),
    intake_timeout: integer(
      { min: 100, max: 600_000, fallback: 30_000 },
      'Longest check of an upload, ms; beyond it, the file is refused as too costly.',
    ),
  })
  .prefault({})
  .transform(({ own_cores, queue, max_wait, queue_timeout, intake_timeout, ...others }) => ({
    ...others,
    ownCores: own_cores,
    queueLimit: queue,
    queueTimeoutMs: queue_timeout ?? max_wait,
    ingestTimeoutMs: intake_timeout,
  }))

const blurSettings = number(
  { min: 0.3, max: 100, fallback: 7 },
  'The sigma of `blur=true`, px.',
  'BLUR_SIGMA',
)

const encoderSettings = z
  .object({
    jpeg_trellis: toggle(false, 'Makes JPEGs up to 4 % smaller in three times the processor time.'),
    webp_effort: integer(
      { min: 0, max: 6, fallback: 4 },
      'Effort to make WebP small, from 0 to 6.',
    ),
    avif_effort: integer(
      { min: 0, max: 9, fallback: 3 },
      'Effort to make AVIF small, from 0 to 9. From 4 on a render takes seconds. Large images are encoded with less.',
    ),
    png_compression: integer(
      { min: 0, max: 9, fallback: 3 },
      'Compression level of PNG, from 0 to 9.',
    ),
    gif_effort: integer(
      { min: 1, max: 10, fallback: 3 },
      'Effort to make GIF small, from 1 to 10. Animations are encoded with at most 3.',
    ),
    png_filters: toggle(
      true,
      'Chooses the best filter for each row of a PNG: photographs become much smaller.',
    ),
  })
  .prefault({})
  .transform(camelKeys)

const timeoutSettings = z
  .object({
    conversion: integer(
      { min: 0, max: 3_600_000, fallback: 10_000 },
      'Longest render, ms; beyond it: 504. 0: no limit.',
    ),
  })
  .prefault({})
  .transform(({ conversion }) => ({ timeoutMs: conversion }))

const workingCopiesSettings = z
  .object({
    max_bytes: integer(
      { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 2 * 1024 * 1024 * 1024 },
      'Disk space of the working copies of costly originals, bytes; the least recently used are evicted. 0: no working copies.',
      'WORKING_COPIES_MAX_BYTES',
    ),
    min_megapixels: number(
      { min: 0, max: 1000, fallback: 1 },
      'Smallest original that gets a working copy, megapixels.',
    ),
  })
  .prefault({})
  .transform(({ max_bytes, min_megapixels }) => ({
    maxBytes: max_bytes,
    minCopiedPixels: Math.round(min_megapixels * 1e6),
  }))

/** Originals that can be refused. */
export const acceptedOriginals = {
  heic: toggle(true, 'Accepts HEIC and HEIF, as phones send them.', 'ORIGINALS_HEIC'),
  jxl: toggle(true, 'Accepts JPEG XL.', 'ORIGINALS_JXL'),
  svg: toggle(
    false,
    'Accepts SVG that is a drawing: no scripts, no entities, no references outside the file. The original is served as an attachment.',
    'ORIGINALS_SVG',
  ),
}

/** Settings of every service that decodes images. */
export const renderingSettings = {
  originals: z.object(acceptedOriginals).prefault({}),
  timeout: timeoutSettings,
  blur_sigma: blurSettings,
  renderer: rendererSettings,
  encoders: encoderSettings,
  animation: animationSettings,
  working_copies: workingCopiesSettings,
}

/** Configuration of the parts that decode images. */
export type RenderingConfig = CamelKeys<z.output<z.ZodObject<typeof renderingSettings>>> & {
  readonly constraints: Pick<
    z.output<typeof constraintsSettings>,
    'maxInputPixels' | 'maxOnDiskPixels'
  >
}

/** Returns the options of a render pool. @param besideMiB memory used for other purposes, MiB */
export function poolOptions(config: RenderingConfig, besideMiB = 0) {
  const { renderer, timeout, constraints, blurSigma, encoders, animation } = config
  const { workingCopies, originals } = config
  const { concurrency, memory } = fitMemory(renderer, { besideMiB })
  const { ownCores, queueLimit, queueTimeoutMs, ingestTimeoutMs } = renderer
  return {
    concurrency,
    ownCores,
    queueLimit,
    queueTimeoutMs,
    memoryBudgetBytes: memory * 1024 * 1024,
    timeoutMs: timeout.timeoutMs,
    ingestTimeoutMs,
    maxInputPixels: constraints.maxInputPixels,
    maxOnDiskPixels: constraints.maxOnDiskPixels,
    blurSigma,
    encoders,
    animation,
    minCopiedPixels: workingCopies.minCopiedPixels,
    refusedFormats: originalFormats.filter((format) => isRefused(format, originals)),
  }
}

/** Formats without a setting are always accepted. */
function isRefused(
  format: OriginalFormat,
  accepted: { readonly [Format in OriginalFormat]?: boolean },
): boolean {
  return accepted[format] === false
}
