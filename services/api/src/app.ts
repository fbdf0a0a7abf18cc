import { servedVariantsPath } from '@iaas/common/composition/backends'
import { AppError } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import express, { type Express, type RequestHandler } from 'express'
import type { RequestListener } from 'node:http'
import { createListener } from './create-listener.ts'
import { type AnswerError, createAnswerError, createErrorHandler } from './http/error-handler.ts'
import { sendProblem, transportProblem } from './http/problem.ts'
import type { LogClient } from './http/log-client.ts'
import { createRequestLog } from './http/request-log.ts'
import { recordOf } from './http/request-record.ts'
import type { ClientOf } from './limits/client-of.ts'
import type { IssueToken } from './issue-token.ts'
import type { ApiMetrics } from './metrics/api-metrics.ts'
import {
  type ServiceState,
  createGetDatabaseHealth,
  createGetReadiness,
  createGetLiveness,
} from './routes/get-health.ts'
import { type GetImageOptions, createGetImage } from './routes/get-image.ts'
import { createGetRobots } from './routes/get-robots.ts'
import { createGetVariant } from './routes/get-variant.ts'
import { createPostToken } from './routes/post-token.ts'
import { createPostUpload } from './routes/post-upload.ts'
import { createPreflight, createUploadCors, variantPreflight } from './routes/preflight.ts'
import type { StoreOriginal } from './store-original.ts'
import { createRefusedOrigins } from './upload/refused-origins.ts'
import type { ReceiveLimits } from './upload/receive-image.ts'

export type AppOptions = {
  readonly image: Omit<GetImageOptions, 'clientOf'>
  readonly storeOriginal: StoreOriginal
  readonly issueToken: IssueToken
  readonly clientOf: ClientOf
  readonly logClient: LogClient
  readonly receiveLimits: ReceiveLimits
  readonly uploadOrigins: readonly string[]
  readonly allowIndexing: boolean
  /** The folder whose variants are served here under /_variants; undefined where a CDN or bucket serves them. */
  readonly servedFolder: string | undefined
  readonly state: () => ServiceState
  readonly dependencies: Dependencies
  readonly metrics: ApiMetrics
  readonly log: Logger
}

/** The public HTTP interface: docs/http.md. */
export function createApp(options: AppOptions): RequestListener {
  const answerError = createAnswerError(options.log)
  return createListener({
    requestLog: createRequestLog(options.log, options.metrics, options.logClient),
    getImage: createGetImage({ ...options.image, clientOf: options.clientOf }),
    app: createExpressApp(options, answerError),
    answerError,
  })
}

/** Everything but the images. */
function createExpressApp(options: AppOptions, answerError: AnswerError): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing')
  app.set('query parser', false)
  app.get('/', refuseRoot)
  app.get('/_health', createGetDatabaseHealth(options.dependencies))
  app.get('/healthz', createGetLiveness(options.state))
  app.get('/readyz', createGetReadiness(options.state, options.dependencies))
  app.get('/robots.txt', createGetRobots(options.allowIndexing))
  app.get('/favicon.ico', refuseFavicon)
  app.post('/token', createPostToken(options.issueToken, options.clientOf))
  app.all('/token', allowMethods('POST'))
  if (options.servedFolder !== undefined) {
    const getVariant = createGetVariant(options.servedFolder, options.image.signer)
    app.options(`${servedVariantsPath}/*key`, ...variantPreflight)
    app.use(servedVariantsPath, allowOnly('GET', 'HEAD'), getVariant)
  }
  const onRefused = createRefusedOrigins(options.metrics, options.log)
  const uploadCors = createUploadCors(options.uploadOrigins, onRefused)
  const postUpload = createPostUpload(
    options.storeOriginal,
    options.receiveLimits,
    options.clientOf,
  )
  app.post(/.*/, uploadCors, postUpload)
  app.options(/.*/, ...createPreflight(uploadCors))
  app.use(allowMethods('GET', 'HEAD', 'POST', 'OPTIONS'), createErrorHandler(answerError))
  return app
}

const refuseRoot: RequestHandler = () => {
  const detail = 'This is an image CDN. Images are at /{id}_{width}_{height}.{format}.'
  throw new AppError('ORIGINAL_NOT_FOUND', detail)
}

const refuseFavicon: RequestHandler = () => {
  throw new AppError('ORIGINAL_NOT_FOUND', 'There is no favicon here.')
}

function allowOnly(...methods: readonly string[]): RequestHandler {
  const refuse = allowMethods(...methods)
  return (req, res, next) => {
    if (methods.includes(req.method)) return next()
    return refuse(req, res, next)
  }
}

function allowMethods(...methods: readonly string[]): RequestHandler {
  return (req, res) => {
    const allow = methods.join(', ')
    const { requestId } = recordOf(res)
    res.set('Allow', allow)
    const detail = `${req.method} is not possible here; possible are ${allow}.`
    sendProblem(res, transportProblem(405, 'Method Not Allowed', detail, requestId))
  }
}
