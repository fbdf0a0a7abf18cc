import { errorCodes } from '@iaas/common/errors'
import { type OriginalFormat, originalFormats } from '@iaas/common/image'
import { imageFactsSchema } from '@iaas/common/image-facts'
import type {
  CopyFileTask,
  DescribeFileTask,
  IngestFileTask,
  InspectFileTask,
  RenderFileTask,
} from '@iaas/common/ports/decoder'
import { ingestWarnings, renderNotes } from '@iaas/common/ports/renderer'
import { pointSchema } from '@iaas/common/point-schema'
import { z } from 'zod'
import type { AnimationSettings } from './pipeline/plan-animation.ts'
import type { EncoderOptions } from './pipeline/steps/step.ts'

/** Task of a child. */
export type Task =
  | ({ readonly kind: 'inspect' } & InspectFileTask)
  | ({ readonly kind: 'describe' } & DescribeFileTask)
  | ({ readonly kind: 'render' } & RenderFileTask)
  | ({ readonly kind: 'take-in' } & IngestFileTask)
  | ({ readonly kind: 'copy' } & CopyFileTask)

export type TaskKind = Task['kind']

/** Settings of a child, sent to it once when it starts. */
export type WorkerSettings = AnimationSettings & {
  readonly maxInputPixels: number
  readonly maxOnDiskPixels: number
  readonly blurSigma: number
  readonly encoders: EncoderOptions
  /** Originals that are not accepted. */
  readonly refusedFormats: readonly OriginalFormat[]
  /** Number of pixels from which a working copy pays. */
  readonly minCopiedPixels: number
  /** Processor time that decoding an upload may take, ms, so that later renders meet their timeout; 0: no limit. */
  readonly decodeCpuMs: number
  /** A task whose estimate does not exceed this starts at once, bytes. */
  readonly allowance: number
}

/** Message to the child: its settings first, then a task, or permission to continue with the task whose cost it reported. */
export type ToChild =
  | { readonly kind: 'settings'; readonly settings: WorkerSettings }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'proceed' }

export const qualitySchema = z.int().min(1).max(100)
export const sizeSchema = z.object({ width: z.int().positive(), height: z.int().positive() })
export const outOfBoundsSchema = z.object({ kind: z.literal('out-of-bounds'), source: sizeSchema })
export const infoSchema = z.object({
  format: z.enum(originalFormats),
  size: sizeSchema,
  isOpaque: z.boolean().optional(),
})
export const ingestSchema = infoSchema.extend({
  reencoded: z.boolean(),
  warnings: z.array(z.enum(ingestWarnings)).optional(),
  isTooLong: z.boolean().optional(),
})
export const copySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('copied'), quality: qualitySchema }),
  z.object({ kind: z.literal('pointless') }),
])
/** An expected failure, as sent between processes. */
export const failureSchema = z.object({ code: z.enum(errorCodes), message: z.string() })

const resultSchemas = {
  inspect: infoSchema,
  describe: imageFactsSchema,
  render: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('rendered'),
      bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
      isCostly: z.boolean(),
      note: z.enum(renderNotes).optional(),
      striking: pointSchema.optional(),
    }),
    outOfBoundsSchema,
  ]),
  'take-in': ingestSchema,
  copy: copySchema,
} as const satisfies Record<TaskKind, z.ZodType>

/** Result of each task. */
export type Results = { readonly [Kind in TaskKind]: z.output<(typeof resultSchemas)[Kind]> }

/** Message from the child: the estimated cost of its task (it then waits), or its result. */
export type FromChild<Kind extends TaskKind = TaskKind> =
  | ({ readonly kind: 'cost'; readonly bytes: number } & Ending)
  | ({ readonly kind: 'done'; readonly result: Results[Kind] } & Ending)
  | ({ readonly kind: 'failed' } & z.output<typeof failureSchema> & Ending)

type Ending = {
  /** True if the child cannot be reused: a decoder is still working, or keeps memory or a font. */
  readonly isSpent?: boolean | undefined
}

const isSpent = z.boolean().optional()

const messageSchemas = {
  inspect: messagesWith(resultSchemas.inspect),
  describe: messagesWith(resultSchemas.describe),
  render: messagesWith(resultSchemas.render),
  'take-in': messagesWith(resultSchemas['take-in']),
  copy: messagesWith(resultSchemas.copy),
}

function messagesWith<Result extends z.ZodType>(result: Result) {
  return z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cost'), bytes: z.number().nonnegative(), isSpent }),
    z.object({ kind: z.literal('done'), result, isSpent }),
    failureSchema.extend({ kind: z.literal('failed'), isSpent }),
  ])
}

/**
 * Parses a message of a child. It may be malicious, because the child's decoders have processed foreign bytes.
 *
 * @returns undefined for anything that is not a valid message for such a task
 */
export function parseFromChild<Kind extends TaskKind>(
  kind: Kind,
  message: unknown,
): FromChild<Kind> | undefined {
  return messageSchemas[kind].safeParse(message).data as FromChild<Kind> | undefined
}
