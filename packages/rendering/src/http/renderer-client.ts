import type { IncomingMessage } from 'node:http'
import { digestOf } from '@iaas/common/digest'
import { isAppError } from '@iaas/common/errors'
import { keepsAnimation } from '@iaas/common/image'
import { type ImageFacts, imageFactsSchema } from '@iaas/common/image-facts'
import type { Decoder, RenderFileTask } from '@iaas/common/ports/decoder'
import type { RenderOutcome } from '@iaas/common/ports/renderer'
import type { z } from 'zod'
import { createAnswerBodies, saveBody } from './answer-bodies.ts'
import { earlierRelease, late, toError, unreachable } from './client-errors.ts'
import { postImage } from './post-image.ts'
import {
  clientHeader,
  copyResult,
  decodeFacts,
  describeResult,
  encodeFacts,
  inspectResult,
  renderPath,
  renderResult,
  resultHeader,
  ingestResult,
  taskParameter,
  wirePaths,
} from './wire.ts'

export type RendererClientOptions = {
  /** Address of the renderer service, or of a load balancer in front of several; no trailing slash. */
  readonly url: string
  /** Timeout of one answer, including its wait for a free child, ms; 0: no limit. */
  readonly timeoutMs: number
  /** Maximum bytes of renditions read into memory at once. A single rendition may exceed it. */
  readonly maxReadBytes?: number
  /** Maximum wait of a rendition for that room, ms. */
  readonly maxWaitMs?: number
}

/** Same as the bytes read from the spool at once. */
const usualReadBytes = 64 * 2 ** 20
const usualMaxWaitMs = 2000
/** Longest answer without an image, bytes. */
const mostTextBytes = 64 * 1024

/** Number of attempts. A replica that ends closes its connections; another one then does the work. */
export const attempts = 3

type Call<Schema extends z.ZodType, Result> = {
  readonly path: string
  readonly task: unknown
  /** Path of the image. */
  readonly file: string
  /** Sent before the image. */
  readonly before?: readonly Uint8Array[]
  readonly schema: Schema
  readonly client?: string | undefined
  readonly signal: AbortSignal | undefined
  readonly take: (answer: Answer<z.output<Schema>>) => Promise<Result>
}

/** An answer whose body is unread. */
type Answer<Facts> = {
  readonly facts: Facts
  readonly res: IncomingMessage
  /** Aborts at the timeout and when the caller's signal aborts. */
  readonly signal: AbortSignal | undefined
}

/** Creates a decoder that uses a renderer service. Holds nothing that must be closed. */
export function createRendererClient(options: RendererClientOptions): Decoder {
  const { url, timeoutMs, maxReadBytes = usualReadBytes, maxWaitMs = usualMaxWaitMs } = options
  const bodies = createAnswerBodies({ maxBytes: maxReadBytes, maxWaitMs })

  async function call<Schema extends z.ZodType, Result>(
    given: Call<Schema, Result>,
  ): Promise<Result> {
    const { path, task, signal } = given
    const target = `${url}${path}?${taskParameter}=${encodeFacts(task)}`
    for (let left = attempts; ; left -= 1) {
      const limit = deadline(timeoutMs, signal)
      try {
        return await post(target, given, limit)
      } catch (error) {
        signal?.throwIfAborted()
        if (isAppError(error)) throw error
        if (limit?.aborted) throw late(error)
        if (left <= 1) throw unreachable(error)
      }
    }
  }

  function post<Schema extends z.ZodType, Result>(
    target: string,
    { file, before = [], schema, client, take }: Call<Schema, Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    return postImage({
      target,
      file,
      before,
      headers: toHeaders(client),
      signal,
      async take(res) {
        if (res.statusCode === 404) throw earlierRelease()
        if (res.statusCode !== 200) throw toError(await bodies.read(res, mostTextBytes, signal))
        const facts = decodeFacts(schema, res.headers[resultHeader]?.toString())
        return take({ facts, res, signal })
      },
    })
  }

  /** Reads the body of an answer without an image. */
  const end = ({ res, signal }: Answer<unknown>) => bodies.read(res, mostTextBytes, signal)

  return {
    inspect: ({ path: file, ...task }, signal) =>
      call({
        path: wirePaths.inspect,
        task,
        file,
        schema: inspectResult,
        signal,
        async take(answer) {
          await end(answer)
          return answer.facts
        },
      }),
    describe: ({ path: file, client, original, onlyIdle }, signal) =>
      call<typeof describeResult, ImageFacts>({
        path: wirePaths.describe,
        task: { original, onlyIdle },
        file,
        schema: describeResult,
        client,
        signal,
        async take(answer) {
          const body = await end(answer)
          return imageFactsSchema.parse(JSON.parse(body.toString('utf8')))
        },
      }),
    render: ({ path: file, client, overlay, font, ...task }, signal) =>
      call<typeof renderResult, RenderOutcome>({
        path: renderPath(task.variant),
        task: { ...task, overlayBytes: overlay?.length, fontBytes: font?.length },
        file,
        before: [overlay, font].filter((bytes) => bytes !== undefined),
        schema: renderResult,
        client,
        signal,
        async take({ facts, res, signal: limit }) {
          const bytes = await bodies.read(res, mostRenditionBytes(task), limit)
          return facts.kind === 'rendered' ? { ...facts, bytes } : facts
        },
      }),
    ingest: ({ path: file, outputPath, crop, stripMetadata, client }, signal) =>
      call({
        path: wirePaths.ingest,
        task: { crop, stripMetadata },
        file,
        schema: ingestResult,
        client,
        signal,
        async take(answer) {
          await (answer.facts.reencoded ? saveBody(answer.res, outputPath) : end(answer))
          return answer.facts
        },
      }),
    copy: ({ path: file, outputPath, original }, signal) =>
      call({
        path: wirePaths.copy,
        task: { original },
        file,
        schema: copyResult,
        signal,
        async take(answer) {
          await (answer.facts.kind === 'copied' ? saveBody(answer.res, outputPath) : end(answer))
          return answer.facts
        },
      }),
  }
}

/** Largest animation, bytes. */
const mostAnimationBytes = 256 * 2 ** 20

/** Returns the maximum size of an encoded image, bytes: twice its pixels, plus a header. */
function mostRenditionBytes({
  bounds,
  variant,
}: Pick<RenderFileTask, 'bounds' | 'variant'>): number {
  const still = 8 * bounds.width * bounds.height + mostTextBytes
  return keepsAnimation(variant) ? Math.max(still, mostAnimationBytes) : still
}

function toHeaders(client: string | undefined): Readonly<Record<string, string>> {
  return client === undefined ? {} : { [clientHeader]: digestOf(client) }
}

function deadline(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal | undefined {
  if (timeoutMs === 0) return signal
  const limit = AbortSignal.timeout(timeoutMs)
  return signal === undefined ? limit : AbortSignal.any([signal, limit])
}
