import { errorCodes } from '@iaas/common/errors'
import { originalFormats } from '@iaas/common/image'
import {
  type CopyJob,
  type IngestJob,
  type RenderJob,
  ingestWarnings,
} from '@iaas/common/ports/renderer'
import { z } from 'zod'
import type { EncoderOptions } from './steps/step.ts'

/** What a child is given to do. */
export type Task =
  | { readonly kind: 'inspect'; readonly path: string }
  | ({ readonly kind: 'render' } & RenderJob)
  | ({ readonly kind: 'take-in' } & IngestJob)
  | ({ readonly kind: 'copy' } & CopyJob)

export type TaskKind = Task['kind']

export type TaskLimits = {
  readonly maxInputPixels: number
  readonly maxOnDiskPixels: number
  readonly blurSigma: number
  readonly encoders: EncoderOptions
  /** From how many pixels on a working copy pays. */
  readonly minCopiedPixels: number
  /** The processor time that decoding an upload may take, so that it can be rendered in time later, ms; 0: no limit. */
  readonly decodeCpuMs: number
  /** A task that is estimated to take no more memory than this begins at once, bytes. */
  readonly allowance: number
}

/** To the child: a task, or leave to go on with the one whose cost it has told. */
export type ToChild =
  | { readonly kind: 'task'; readonly task: Task; readonly limits: TaskLimits }
  | { readonly kind: 'proceed' }

export const qualitySchema = z.int().min(1).max(100)
export const sizeSchema = z.object({ width: z.int().positive(), height: z.int().positive() })
export const outOfBoundsSchema = z.object({ kind: z.literal('out-of-bounds'), source: sizeSchema })
export const infoSchema = z.object({ format: z.enum(originalFormats), size: sizeSchema })
export const ingestSchema = infoSchema.extend({
  reencoded: z.boolean(),
  warnings: z.array(z.enum(ingestWarnings)).optional(),
})
export const copySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('copied'), quality: qualitySchema }),
  z.object({ kind: z.literal('pointless') }),
])
/** An expected failure, on its way between processes. */
export const failureSchema = z.object({ code: z.enum(errorCodes), message: z.string() })

const resultSchemas = {
  inspect: infoSchema,
  render: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('rendered'),
      bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
      isCostly: z.boolean(),
    }),
    outOfBoundsSchema,
  ]),
  'take-in': ingestSchema,
  copy: copySchema,
} as const satisfies Record<TaskKind, z.ZodType>

/** What each task results in. */
export type Results = { readonly [Kind in TaskKind]: z.output<(typeof resultSchemas)[Kind]> }

/** From the child: the estimated cost of its task (then it waits), or what came of it. */
export type FromChild<Kind extends TaskKind = TaskKind> =
  | { readonly kind: 'cost'; readonly bytes: number }
  | { readonly kind: 'done'; readonly result: Results[Kind] }
  | ({
      readonly kind: 'failed'
      /** The decoder is still at work, so that the child is good for nothing else. */
      readonly isUnfinished?: boolean | undefined
    } & z.output<typeof failureSchema>)

const messageSchemas = {
  inspect: messagesWith(resultSchemas.inspect),
  render: messagesWith(resultSchemas.render),
  'take-in': messagesWith(resultSchemas['take-in']),
  copy: messagesWith(resultSchemas.copy),
}

function messagesWith<Result extends z.ZodType>(result: Result) {
  return z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cost'), bytes: z.number().nonnegative() }),
    z.object({ kind: z.literal('done'), result }),
    failureSchema.extend({ kind: z.literal('failed'), isUnfinished: z.boolean().optional() }),
  ])
}

/**
 * Reads what a child says of its task: it has had foreign bytes in its decoders, and is not believed blindly.
 *
 * @returns undefined for anything that such a task has not to say
 */
export function parseFromChild<Kind extends TaskKind>(
  kind: Kind,
  message: unknown,
): FromChild<Kind> | undefined {
  return messageSchemas[kind].safeParse(message).data as FromChild<Kind> | undefined
}
