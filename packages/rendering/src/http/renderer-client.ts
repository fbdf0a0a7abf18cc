import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { AppError, isAppError } from '@iaas/common/errors'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { z } from 'zod'
import {
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
const attempts = 3

/** Decodes pictures by a renderer service. It keeps nothing that must be closed. */
export function createRendererClient({ url, timeoutMs }: RendererClientOptions): Renderer {
  async function call(
    path: string,
    task: unknown,
    file: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    const target = `${url}${path}?${taskParameter}=${encodeFacts(task)}`
    for (let left = attempts; ; left -= 1) {
      const limit = deadline(timeoutMs, signal)
      try {
        const response = await fetch(target, { ...post(file), ...(limit && { signal: limit }) })
        if (response.ok) return response
        throw await toError(response)
      } catch (error) {
        signal?.throwIfAborted()
        if (isAppError(error)) throw error
        if (limit?.aborted)
          throw new AppError('RENDER_TIMEOUT', 'The render took longer than it may.')
        if (left <= 1) throw unreachable(error)
      }
    }
  }

  return {
    async inspect(path, signal) {
      return read(inspectResult, await call(wirePaths.inspect, {}, path, signal))
    },
    async render({ path, variant, bounds }, signal) {
      const response = await call(wirePaths.render, { variant, bounds }, path, signal)
      const result = read(renderResult, response)
      if (result.kind === 'out-of-bounds') return result
      return { ...result, bytes: new Uint8Array(await response.arrayBuffer()) }
    },
    async takeIn({ path, outputPath, crop }, signal) {
      const response = await call(wirePaths.takeIn, { crop }, path, signal)
      const result = read(takeInResult, response)
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (result.reencoded) await writeDurably(outputPath, bytes)
      return result
    },
  }
}

function post(file: string): RequestInit {
  const body = Readable.toWeb(createReadStream(file))
  // Without `duplex` a stream is refused as a body.
  return { method: 'POST', body, duplex: 'half' } as unknown as RequestInit
}

function deadline(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal | undefined {
  if (timeoutMs === 0) return signal
  const limit = AbortSignal.timeout(timeoutMs)
  return signal === undefined ? limit : AbortSignal.any([signal, limit])
}

function read<Schema extends z.ZodType>(schema: Schema, response: Response): z.output<Schema> {
  return decodeFacts(schema, response.headers.get(resultHeader))
}

async function toError(response: Response): Promise<AppError> {
  const { code, message } = failure.parse(await response.json())
  return new AppError(code, message)
}

function unreachable(cause: unknown): AppError {
  return new AppError('RENDERER_BUSY', 'No renderer can be reached.', { cause })
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'w')
  await file.writeFile(bytes)
  await file.sync()
}
