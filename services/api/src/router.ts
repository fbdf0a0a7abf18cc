import { servedVariantsPath } from '@iaas/stores/composition/backends'
import { AppError } from '@iaas/common/errors'
import type { reservedIds } from '@iaas/common/image'
import { type Express, type RequestHandler, Router } from 'express'
import { refuseMethod } from './http/refuse-method.ts'
import { recordOf } from './http/request-record.ts'

const readMethods = ['GET', 'HEAD'] as const

/**
 * Fixed paths. No image has them: no id begins with "_", and reserved ids are refused. Images are also below `/_preset/`.
 */
export type FixedPath = '/' | '/_health' | `/${(typeof reservedIds)[number]}`

type Route = {
  readonly get?: RequestHandler
  readonly post?: RequestHandler
  /** Refuses every method but POST; by default other methods are those of an image address. */
  readonly isClosed?: boolean
  /** Requests are not logged, because monitoring sends them every few seconds. */
  readonly isProbe?: boolean
}

/** The handlers of each fixed path. */
export type FixedRoutes = Readonly<Record<FixedPath, Route>>

/** Handlers of every other path. Images are answered ahead of Express; see `createListener`. */
export type PathRoutes = {
  readonly upload: readonly RequestHandler[]
  readonly preflight: readonly RequestHandler[]
  /** Handlers below `servedVariantsPath`; undefined if a CDN or bucket serves the variants. */
  readonly variants: ReadRoute | undefined
  /** Handlers of objects that a CDN could not get from the bucket; undefined without one. */
  readonly objects: ObjectRoute | undefined
}

type ReadRoute = { readonly get: RequestHandler; readonly preflight: readonly RequestHandler[] }

type ObjectRoute = ReadRoute & {
  /** Tells whether a request target is an object. */
  readonly isTarget: (target: string) => boolean
}

type Answers = {
  readonly health: RequestHandler
  readonly liveness: RequestHandler
  readonly readiness: RequestHandler
  readonly robots: RequestHandler
  readonly token: RequestHandler
}

/** The table of fixed paths. */
export function createFixedRoutes(answers: Answers): FixedRoutes {
  return {
    '/': { get: refuse('This is an image CDN. Images are at /{id}_{width}_{height}.{format}.') },
    '/_health': { get: answers.health, isProbe: true },
    '/healthz': { get: answers.liveness, isProbe: true },
    '/readyz': { get: answers.readiness, isProbe: true },
    '/robots.txt': { get: answers.robots },
    '/favicon.ico': { get: refuse('There is no favicon here.') },
    '/_preset': { get: refuse('Presets are at /_preset/{name}/{id}.{format}.') },
    '/token': { post: answers.token, isClosed: true },
  }
}

/** Registers every route except the GET of images. */
export function registerRoutes(app: Express, fixed: FixedRoutes, paths: PathRoutes): void {
  for (const [path, { get, post, isClosed }] of Object.entries(fixed)) {
    if (get !== undefined) app.get(path, get)
    if (post !== undefined) app.post(path, post)
    if (isClosed === true) app.all(path, allowMethods('POST'))
  }
  const { upload, preflight, variants, objects } = paths
  if (variants !== undefined) {
    app.options(`${servedVariantsPath}/*key`, ...variants.preflight)
    app.use(servedVariantsPath, allowOnly(...readMethods), variants.get)
  }
  if (objects !== undefined) app.use(onlyObjects(objects))
  app.post(/.*/, ...upload)
  app.options(/.*/, ...preflight)
  app.use(allowMethods(...readMethods, 'POST', 'OPTIONS'))
}

/** Tells by its path whether a request target is an image. */
export function createIsImagePath(
  fixed: FixedRoutes,
  objects: Pick<ObjectRoute, 'isTarget'> | undefined,
): (target: string) => boolean {
  const paths: ReadonlySet<string> = new Set(Object.keys(fixed))
  return (target) => {
    const mark = target.indexOf('?')
    const path = mark === -1 ? target : target.slice(0, mark)
    if (paths.has(path) || path.startsWith(`${servedVariantsPath}/`)) return false
    return objects === undefined || !objects.isTarget(target)
  }
}

/** Returns the paths whose requests are not logged. */
export function probePathsOf(fixed: FixedRoutes): ReadonlySet<string | undefined> {
  const probes = Object.entries(fixed).filter(([, { isProbe }]) => isProbe === true)
  return new Set(probes.map(([path]) => path))
}

function refuse(detail: string): RequestHandler {
  return () => {
    throw new AppError('ORIGINAL_NOT_FOUND', detail)
  }
}

function allowOnly(...methods: readonly string[]): RequestHandler {
  const refuseOthers = allowMethods(...methods)
  return (req, res, next) => {
    if (methods.includes(req.method)) return next()
    return refuseOthers(req, res, next)
  }
}

/** Handles the requests for objects, and passes the others on. */
function onlyObjects({ isTarget, get, preflight }: ObjectRoute): RequestHandler {
  const router = Router()
  router.options(/.*/, ...preflight)
  router.use(allowOnly(...readMethods), get)
  return (req, res, next) => {
    if (!isTarget(req.originalUrl)) return next()
    return router(req, res, next)
  }
}

function allowMethods(...methods: readonly string[]): RequestHandler {
  return (_req, res) => refuseMethod(res, recordOf(res), methods)
}
