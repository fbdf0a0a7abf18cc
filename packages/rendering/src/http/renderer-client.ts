import { digestOf } from '@iaas/common/digest'
import { translateDiskErrors } from '@iaas/common/disk/disk-errors'
import { writeSynced } from '@iaas/common/disk/write-durably'
import { AppError, isAppError } from '@iaas/common/errors'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import type { z } from 'zod'
import { postPicture } from './post-picture.ts'
import {
  clientHeader,
  copyResult,
  decodeFacts,
  encodeFacts,
  failure,
  inspectResult,
  renderResult,
  resultHeader,
  takeInResult,
  taskParameter,
  wirePaths,
} from './wire.ts'

export type RendererClientOptions = {
  /** The address of the renderer service, or of what spreads requests over several; no slash at its end. */
  readonly url: string
  /** The longest that one answer may take, its wait for a free child included, ms; 0: no limit. */
  readonly timeoutMs: number
}

/** A replica that ends takes its connections with it: another one does the work. */
export const attempts = 3

type Call<Schema extends z.ZodType> = {
  readonly path: string
  readonly task: unknown
  /** The picture. */
  readonly file: string
  readonly schema: Schema
  readonly client?: string | undefined
  readonly signal: AbortSignal | undefined
}

type Answer<Facts> = { readonly facts: Facts; readonly bytes: Uint8Array }

/** Decodes pictures by a renderer service. It keeps nothing that must be closed. */
export function createRendererClient({ url, timeoutMs }: RendererClientOptions): Renderer & Copier {
  async function call<Schema extends z.ZodType>(
    given: Call<Schema>,
  ): Promise<Answer<z.output<Schema>>> {
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

  return {
    async inspect(file, signal) {
      const { inspect: path } = wirePaths
      const { facts } = await call({ path, task: {}, file, schema: inspectResult, signal })
      return facts
    },
    async render({ path: file, variant, bounds, originalQuality, client }, signal) {
      const task = { variant, bounds, originalQuality }
      const { render: path } = wirePaths
      const schema = renderResult
      const { facts, bytes } = await call({ path, task, file, schema, client, signal })
      return facts.kind === 'rendered' ? { ...facts, bytes } : facts
    },
    async takeIn({ path: file, outputPath, crop, stripMetadata, client }, signal) {
      const { takeIn: path } = wirePaths
      const answer = await call({
        path,
        task: { crop, stripMetadata },
        file,
        schema: takeInResult,
        client,
        signal,
      })
      if (answer.facts.reencoded) await keep(outputPath, answer.bytes)
      return answer.facts
    },
    async copy({ path: file, outputPath }, signal) {
      const { copy: path } = wirePaths
      const answer = await call({ path, task: {}, file, schema: copyResult, signal })
      if (answer.facts.kind === 'copied') await keep(outputPath, answer.bytes)
      return answer.facts
    },
  }
}

async function post<Schema extends z.ZodType>(
  target: string,
  { file, schema, client }: Call<Schema>,
  signal: AbortSignal | undefined,
): Promise<Answer<z.output<Schema>>> {
  const { status, headers, body } = await postPicture(target, file, toHeaders(client), signal)
  if (status !== 200) throw toError(body)
  return { facts: decodeFacts(schema, headers[resultHeader]?.toString()), bytes: body }
}

function toHeaders(client: string | undefined): Readonly<Record<string, string>> {
  return client === undefined ? {} : { [clientHeader]: digestOf(client) }
}

function deadline(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal | undefined {
  if (timeoutMs === 0) return signal
  const limit = AbortSignal.timeout(timeoutMs)
  return signal === undefined ? limit : AbortSignal.any([signal, limit])
}

/** @throws where the answer is none of a renderer */
function toError(body: Buffer): AppError {
  const { code, message, retryAfterSeconds } = failure.parse(JSON.parse(body.toString('utf8')))
  return new AppError(code, message, { retryAfterSeconds })
}

function late(cause: unknown): AppError {
  return new AppError('RENDER_TIMEOUT', 'The render took longer than it may.', { cause })
}

function unreachable(cause: unknown): AppError {
  return new AppError('RENDERER_UNREACHABLE', 'No renderer can be reached.', { cause })
}

function keep(path: string, bytes: Uint8Array): Promise<void> {
  return translateDiskErrors(writeSynced(path, bytes))
}
