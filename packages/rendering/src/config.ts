import { address, integer, number, optionalInteger, toggle } from '@iaas/common/config/setting'
import { z } from 'zod'
import { fitMemory, leastMiB } from './fit-memory.ts'

const rendererSettings = z
  .object({
    url: address(['http', 'https'], {
      description:
        'The renderer service. Without it, each process that needs pictures decoded does so in children of its own.',
      env: 'RENDERER_URL',
    }),
    fallback: toggle(
      true,
      'Whether a process decodes in children of its own while its renderer service cannot be reached; otherwise: 503. To be turned off where a process with secrets must not run decoders.',
      'RENDERER_FALLBACK',
    ),
    concurrency: integer(
      { min: 0, max: 1024, fallback: 0 },
      'Pictures decoded at once; 0: as many as there are cores, and as a memory limit of the container has room for.',
    ),
    own_cores: toggle(
      true,
      'Whether each child that decodes is kept to a core of its own, where there are as many of them as cores (Linux). To be turned off where several renderers share a machine.',
      'RENDERER_OWN_CORES',
    ),
    queue: integer(
      { min: 0, max: 100_000, fallback: 256 },
      'Renders that may wait, as far as they are done within `renderer.max_wait`; beyond it: 503 for the client that has the most of them. As many checks of uploads may wait.',
    ),
    max_wait: integer(
      { min: 1, max: 600_000, fallback: 10_000 },
      'How long a render waits at most, ms; beyond it: 503.',
      'RENDERER_MAX_WAIT',
    ),
    queue_timeout: optionalInteger(
      { min: 1, max: 600_000 },
      'Older spelling of `renderer.max_wait`; counts where it is given.',
    ),
    memory: integer(
      { min: leastMiB, max: 1_048_576, fallback: 2048 },
      'What all renders at once may take by estimate, MiB; less where a memory limit of the container leaves less.',
    ),
    intake_timeout: integer(
      { min: 100, max: 600_000, fallback: 30_000 },
      'How long the check of an upload may take, ms; beyond it the file counts as built to be costly.',
    ),
  })
  .prefault({})

const blurSigma = number(
  { min: 0.3, max: 100, fallback: 7 },
  'The sigma of `blur=true`, px.',
  'BLUR_SIGMA',
)

const encoderSettings = z
  .object({
    jpeg_trellis: toggle(
      false,
      'Whether JPEGs are made a little smaller (up to 4 %) in three times the processor time.',
    ),
    webp_effort: integer(
      { min: 0, max: 6, fallback: 4 },
      'How hard WebP is tried to be made small, from 0 to 6.',
    ),
    png_compression: integer(
      { min: 0, max: 9, fallback: 3 },
      'How hard PNG is tried to be made small, from 0 to 9.',
    ),
    png_filters: toggle(
      true,
      'Whether each row of a PNG is filtered in the way that suits it: photographs become far smaller.',
    ),
  })
  .prefault({})

const timeoutSettings = z
  .object({
    conversion: integer(
      { min: 0, max: 3_600_000, fallback: 10_000 },
      'The longest render, ms; beyond it: 504. 0: no limit.',
    ),
  })
  .prefault({})

const workingCopiesSettings = z
  .object({
    max_bytes: integer(
      { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 2 * 1024 * 1024 * 1024 },
      'What the working copies of originals that are costly to decode may take on disk, bytes; those that were not used for the longest time make room. 0: none are made or used.',
      'WORKING_COPIES_MAX_BYTES',
    ),
    min_megapixels: number(
      { min: 0, max: 1000, fallback: 1 },
      'From what size of an original on a working copy pays, megapixels.',
    ),
  })
  .prefault({})

/** What every service is told that has pictures decoded. */
export const renderingSettings = {
  timeout: timeoutSettings,
  blur_sigma: blurSigma,
  renderer: rendererSettings,
  encoders: encoderSettings,
  working_copies: workingCopiesSettings,
}

export type PoolSettings = {
  readonly renderer: z.output<typeof rendererSettings>
  readonly timeout: z.output<typeof timeoutSettings>
  readonly constraints: { readonly max_input: number; readonly max_on_disk: number }
  readonly blur_sigma: number
  readonly encoders: z.output<typeof encoderSettings>
  readonly working_copies: z.output<typeof workingCopiesSettings>
}

/** How long a render waits at most, ms. */
export function toMaxWaitMs({ max_wait, queue_timeout }: PoolSettings['renderer']): number {
  return queue_timeout ?? max_wait
}

/** The options of a render pool that the settings ask for. @param besideMiB what else lies in memory, MiB */
export function toPoolOptions(settings: PoolSettings, besideMiB = 0) {
  const { renderer, timeout, constraints, blur_sigma, encoders, working_copies } = settings
  const { concurrency, memory } = fitMemory(renderer, { besideMiB })
  return {
    concurrency,
    ownCores: renderer.own_cores,
    queueLimit: renderer.queue,
    queueTimeoutMs: toMaxWaitMs(renderer),
    memoryBudgetBytes: memory * 1024 * 1024,
    timeoutMs: timeout.conversion,
    ingestTimeoutMs: renderer.intake_timeout,
    maxInputPixels: Math.round(constraints.max_input * 1e6),
    maxOnDiskPixels: Math.round(constraints.max_on_disk * 1e6),
    blurSigma: blur_sigma,
    encoders: {
      jpegTrellis: encoders.jpeg_trellis,
      webpEffort: encoders.webp_effort,
      pngCompression: encoders.png_compression,
      pngFilters: encoders.png_filters,
    },
    minCopiedPixels: Math.round(working_copies.min_megapixels * 1e6),
  }
}
