import type { Logger } from '@iaas/common/log'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import express, { type Express } from 'express'
import type { RequestListener } from 'node:http'
import { createListener } from './create-listener.ts'
import { type AnswerError, createAnswerError, createErrorHandler } from './http/error-handler.ts'
import type { LogClient } from './http/log-client.ts'
import { createRequestLog } from './http/request-log.ts'
import type { ClientOf } from './limits/client-of.ts'
import type { IssueToken } from './issue-token.ts'
import {
  type AnswerCall,
  type Management,
  createAnswerCall,
  createAnswerWithoutKeys,
} from './management/answer-call.ts'
import { createAudit } from './management/audit.ts'
import { managementErrors } from './management/error-dialect.ts'
import type { ApiMetrics } from './metrics/api-metrics.ts'
import {
  type ServiceState,
  createGetDatabaseHealth,
  createGetReadiness,
  createGetLiveness,
} from './routes/get-health.ts'
import { type GetImageOptions, createGetImage } from './routes/get-image.ts'
import { createGetRobots } from './routes/get-robots.ts'
import { createGetObject } from './routes/get-object.ts'
import { createGetVariant } from './routes/get-variant.ts'
import type { ServeObject } from './objects/serve-object.ts'
import { keyOfTarget } from './objects/object-path.ts'
import { createPostToken } from './routes/post-token.ts'
import { createPostUpload } from './routes/post-upload.ts'
import { createPreflight, createUploadCors, variantPreflight } from './routes/preflight.ts'
import {
  type FixedRoutes,
  type PathRoutes,
  createFixedRoutes,
  createIsImagePath,
  probePathsOf,
  registerRoutes,
} from './router.ts'
import type { StoreOriginal } from './store-original.ts'
import { createRefusedOrigins } from './upload/refused-origins.ts'
import type { ReceiveLimits } from './upload/receive-image.ts'

export type AppOptions = {
  readonly image: Omit<GetImageOptions, 'clientOf'>
  readonly serveObject: ServeObject
  /** The addresses of stored variants. */
  readonly cdn: Pick<Cdn, 'keyOf'>
  readonly storeOriginal: StoreOriginal
  readonly issueToken: IssueToken
  /** undefined: there is no management API, because no key is configured. */
  readonly management: Management | undefined
  readonly clientOf: ClientOf
  readonly logClient: LogClient
  readonly receiveLimits: ReceiveLimits
  readonly uploadOrigins: readonly string[]
  readonly allowIndexing: boolean
  /** Folder of the variants served under /_variants; undefined if a CDN or bucket serves them. */
  readonly servedFolder: string | undefined
  readonly state: () => ServiceState
  readonly dependencies: Dependencies
  readonly metrics: ApiMetrics
  readonly log: Logger
}

/** Creates the public HTTP interface; see docs/http.md. */
export function createApp(options: AppOptions): RequestListener {
  const { log, metrics, logClient, clientOf } = options
  const answerError = createAnswerError(log)
  const fixed = createFixedRoutes({
    health: createGetDatabaseHealth(options.dependencies),
    liveness: createGetLiveness(options.state),
    readiness: createGetReadiness(options.state, options.dependencies),
    robots: createGetRobots(options.allowIndexing),
    token: createPostToken(options.issueToken, clientOf),
  })
  const paths = createPathRoutes(options)
  return createListener({
    requestLog: createRequestLog({ log, metrics, logClient, probePaths: probePathsOf(fixed) }),
    fastLane: options.image.fastLane,
    getImage: createGetImage({ ...options.image, clientOf }),
    isImagePath: createIsImagePath(fixed, paths.objects),
    answerCall: createCalls(options),
    app: createExpressApp(fixed, paths, answerError),
    answerError,
  })
}

function createCalls({ management, clientOf, logClient, log }: AppOptions): AnswerCall {
  const answerError = createAnswerError(log, managementErrors)
  if (management === undefined) return createAnswerWithoutKeys(answerError)
  const openAudit = createAudit(log, logClient)
  return createAnswerCall({ ...management, clientOf, openAudit, answerError })
}

function createPathRoutes(options: AppOptions): PathRoutes {
  const { servedFolder, image, storeOriginal, receiveLimits, clientOf } = options
  const onRefused = createRefusedOrigins(options.metrics, options.log)
  const uploadCors = createUploadCors(options.uploadOrigins, onRefused)
  return {
    upload: [uploadCors, createPostUpload(storeOriginal, receiveLimits, clientOf)],
    preflight: createPreflight(uploadCors),
    variants:
      servedFolder === undefined
        ? undefined
        : {
            get: createGetVariant(servedFolder, image.signer, image.tagAnswer),
            preflight: variantPreflight,
          },
    objects: servedFolder === undefined ? createObjectRoute(options) : undefined,
  }
}

function createObjectRoute({ image, serveObject, cdn, clientOf }: AppOptions) {
  return {
    isTarget: (target: string) => keyOfTarget(target, cdn) !== undefined,
    get: createGetObject({ serveObject, cdn, clientOf, ...image }),
    preflight: variantPreflight,
  }
}

/** Creates the Express app for everything except the GET of images. */
function createExpressApp(
  fixed: FixedRoutes,
  paths: PathRoutes,
  answerError: AnswerError,
): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing')
  app.set('query parser', false)
  registerRoutes(app, fixed, paths)
  app.use(createErrorHandler(answerError))
  return app
}
