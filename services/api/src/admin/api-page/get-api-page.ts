import type { RequestHandler } from 'express'
import { routes } from '../../management/contract/routes.ts'
import { createOpenApiDocument } from '../../management/openapi/create-document.ts'
import { renderApiPage } from './render-page.ts'
import { styleSource } from './style.ts'

/** Creates the handler of the page that documents the management API. */
export function createGetApiPage(): RequestHandler {
  const page = renderApiPage(createOpenApiDocument(routes))
  const policy = `default-src 'none'; style-src ${styleSource}; frame-ancestors 'none'`
  return (_req, res) => {
    res.set('Content-Security-Policy', policy).type('html').send(page)
  }
}
