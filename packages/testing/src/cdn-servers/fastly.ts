import { type ApiServer, json, startApiServer } from './api-server.ts'

export type FastlyServer = ApiServer & {
  /** Purged items: `key:a`, `url:host/path`, `all`. */
  readonly purged: readonly string[]
}

const mostKeys = 256

/** Speaks the purging of Fastly as documented: a batch of at most 256 surrogate keys, one URL, or all. */
export async function startFastly(service: string, token: string): Promise<FastlyServer> {
  const purged: string[] = []
  const server = await startApiServer(({ method, path, headers, body }) => {
    if (headers['fastly-key'] !== token) return json(401, { msg: `not ${token}` })
    if (method !== 'POST') return json(405, {})
    if (path === `/service/${service}/purge_all`) {
      purged.push('all')
      return json(200, { status: 'ok' })
    }
    if (path.startsWith('/purge/')) {
      purged.push(`url:${path.slice('/purge/'.length)}`)
      return json(200, { status: 'ok', id: `1-${purged.length}` })
    }
    if (path !== `/service/${service}/purge`) return json(404, {})
    const { surrogate_keys: keys } = JSON.parse(body) as { readonly surrogate_keys: string[] }
    if (keys.length === 0 || keys.length > mostKeys) return json(400, { msg: 'too many keys' })
    purged.push(...keys.map((key) => `key:${key}`))
    return json(200, Object.fromEntries(keys.map((key) => [key, `2-${key}`])))
  })
  return Object.assign(server, { purged })
}
