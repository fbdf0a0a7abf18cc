import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { isDiskFailure } from '@iaas/common/disk/disk-errors'
import { AppError, isAppError } from '@iaas/common/errors'
import { clientGone } from '@iaas/common/http/client-gone'
import type { UnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { Logger } from '@iaas/common/log'
import type { Decoder } from '@iaas/common/ports/decoder'
import {
  clientHeader,
  decodeFacts,
  describeTask,
  encodeFacts,
  fileTask,
  inspectTask,
  parseClient,
  renderTask,
  resultHeader,
  ingestTask,
  taskParameter,
  toWireInfo,
  toWireRendered,
  wirePaths,
} from '@iaas/rendering/http/wire'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import type { Entrant } from '@iaas/rendering/pool/waiters'
import type { ReceivedImage, Inbox } from './inbox.ts'

export type RendererAppOptions = {
  readonly decoder: Decoder
  readonly inbox: Inbox
  readonly unsent: UnsentAnswers
  /** false while the service ends and should get no new work. */
  readonly isReady: () => boolean
  readonly log: Logger
}

type Work = (image: ReceivedImage, req: Request, signal: AbortSignal) => Promise<Answer>
type Answer = {
  readonly facts: unknown
  readonly bytes?: Uint8Array
  /** The path of an image. */
  readonly file?: string
}

/** Interval of `102 Processing`, ms; well below the silence that a caller tolerates. */
const heartbeatMs = 300

/** Creates the internal HTTP interface of the renderer; see docs/architecture.md. */
export function createRendererApp(options: RendererAppOptions): Express {
  const { decoder, inbox, unsent, isReady, log } = options

  function handle(work: Work): RequestHandler {
    return async (req, res) => {
      const signal = clientGone(res)
      beat(res)
      const arriving = { frontBytes: countFrontBytes(req), ...toEntrant(req) }
      await using image = await inbox.receive(req, arriving, signal)
      const { facts, bytes, file } = await work(image, req, signal)
      res.set(resultHeader, encodeFacts(facts)).set('Content-Type', 'application/octet-stream')
      if (file !== undefined) return await sendFile(res, file)
      res.end(bytes)
      if (bytes !== undefined) unsent.note(res, bytes)
    }
  }

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.get('/healthz', (_req, res) => void res.send('OK'))
  app.get('/readyz', (_req, res) => void res.status(isReady() ? 200 : 503).send())
  app.post(
    wirePaths.inspect,
    handle(async ({ path }, req, signal) => ({
      facts: toWireInfo(await decoder.inspect({ path, ...readTask(inspectTask, req) }, signal)),
    })),
  )
  app.post(
    wirePaths.describe,
    handle(async ({ path }, req, signal) => {
      const task = { path, ...readTask(describeTask, req), client: readClient(req) }
      const facts = await decoder.describe(task, signal)
      return { facts: {}, bytes: Buffer.from(JSON.stringify(facts)) }
    }),
  )
  app.post(
    [wirePaths.render, wirePaths.renderWithOptions, wirePaths.renderWithLayers],
    handle(async ({ path, front }, req, signal) => {
      const { overlayBytes = 0, fontBytes = 0, ...task } = readTask(renderTask, req)
      const layers = {
        ...(overlayBytes > 0 && { overlay: front.subarray(0, overlayBytes) }),
        ...(fontBytes > 0 && { font: front.subarray(overlayBytes) }),
      }
      const client = readClient(req)
      const outcome = await decoder.render({ path, ...task, ...layers, client }, signal)
      if (outcome.kind === 'out-of-bounds') return { facts: outcome }
      const { bytes, ...facts } = outcome
      return { facts: toWireRendered(facts), bytes }
    }),
  )
  app.post(
    wirePaths.ingest,
    handle(async ({ path, outputPath }, req, signal) => {
      const { crop, stripMetadata } = readTask(ingestTask, req)
      const ingested = await decoder.ingest(
        { path, outputPath, crop, stripMetadata, client: readClient(req) },
        signal,
      )
      return { facts: toWireInfo(ingested), ...(ingested.reencoded && { file: outputPath }) }
    }),
  )
  app.post(
    wirePaths.copy,
    handle(async ({ path, outputPath }, req, signal) => {
      const facts = await decoder.copy({ path, outputPath, ...readTask(fileTask, req) }, signal)
      return { facts, ...(facts.kind === 'copied' && { file: outputPath }) }
    }),
  )
  app.use(createErrorHandler(log))
  return app
}

/** Sends a file as fast as the caller takes it. */
async function sendFile(res: Response, path: string): Promise<void> {
  await using file = await open(path)
  res.set('Content-Length', `${(await file.stat()).size}`)
  await pipeline(file.createReadStream({ autoClose: false }), res)
}

function readClient(req: Request): string | undefined {
  return parseClient(req.get(clientHeader))
}

function toEntrant(req: Request): Pick<Entrant, 'lane' | 'client'> {
  return {
    lane: req.path === wirePaths.ingest ? 'ingest' : 'render',
    client: readClient(req) ?? '',
  }
}

/** Returns how many bytes of a body come before the image: that of a watermark, and a font. */
function countFrontBytes(req: Request): number {
  if (req.path !== wirePaths.renderWithLayers) return 0
  const { overlayBytes = 0, fontBytes = 0 } = readTask(renderTask, req)
  return overlayBytes + fontBytes
}

function readTask<Schema extends TaskSchema>(
  schema: Schema,
  req: Request,
): ReturnType<Schema['parse']> {
  const text = new URL(req.originalUrl, 'http://renderer').searchParams.get(taskParameter)
  try {
    return decodeFacts(schema, encodeURIComponent(text ?? '{}')) as ReturnType<Schema['parse']>
  } catch (cause) {
    throw new AppError('INVALID_IMAGE_URL', 'The task is malformed.', { cause })
  }
}

type TaskSchema =
  typeof fileTask | typeof inspectTask | typeof describeTask | typeof renderTask | typeof ingestTask

/** Sends `102 Processing` while the task runs: a caller that hears nothing tries another renderer. */
function beat(res: Response): void {
  const timer = setInterval(() => {
    if (!res.headersSent) res.writeProcessing()
  }, heartbeatMs)
  res.once('close', () => clearInterval(timer))
}

/** Answers with the error code. The caller is one of our services, and the api maps codes to HTTP. */
function createErrorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (res.headersSent || res.destroyed) return void res.destroy()
    const known = isAppError(error)
      ? error
      : new AppError('RENDER_FAILED', 'The image could not be rendered.', { cause: error })
    // A full or broken disk is answered like a busy renderer; only this line tells the difference.
    if (!isAppError(error) || isDiskFailure(error.cause)) log.error('task failed', { error })
    const status = known.code === 'RENDERER_BUSY' ? 503 : 422
    // Discards the rest of the body: a reset would destroy the answer.
    req.resume()
    const { code, message, retryAfterSeconds } = known
    res.status(status).json({ code, message, retryAfterSeconds })
  }
}
