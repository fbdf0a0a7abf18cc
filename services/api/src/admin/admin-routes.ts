import express, { type Express, type RequestHandler } from 'express'
import { type QueueDashboardOptions, createQueueDashboard } from './queue-dashboard.ts'
import { createGetApiPage } from './api-page/get-api-page.ts'
import type { Credentials } from './is-administrator.ts'
import { isOwnPage, isRead } from './is-own-page.ts'
import { requireCredentials } from './require-credentials.ts'

/** Creates the admin routes of the api. */
export function createAdminRoutes(
  credentials: Credentials,
  options: QueueDashboardOptions,
): Express {
  const app = express()
  app.disable('x-powered-by')
  const permit = options.readOnly ? onlyReads : sameOriginOnly
  app.use(guardPages, requireCredentials(credentials), permit)
  app.use('/queues', createQueueDashboard(options))
  app.get('/api', createGetApiPage())
  return app
}

/** Forbids caching, framing by other pages, and referrers to other servers. */
const guardPages: RequestHandler = (_req, res, next) => {
  res.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  next()
}

const onlyReads: RequestHandler = (req, res, next) => {
  if (isRead(req)) return next()
  res.status(405).set('Allow', 'GET, HEAD').type('text/plain').send('This page only shows.')
}

/** Refuses changes that pages of other origins request: browsers send the credentials with them. */
const sameOriginOnly: RequestHandler = (req, res, next) => {
  if (isRead(req) || isOwnPage(req)) return next()
  res.status(403).type('text/plain').send('Changes are made on the page itself only.')
}
