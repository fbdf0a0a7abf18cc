import { type ApiServer, json, startApiServer } from './api-server.ts'

export type CloudflareServer = ApiServer & {
  /** Purged items: `tags:a`, `files:https://...`, `hosts:...`. */
  readonly purged: readonly string[]
}

const mostOperations = 100

/** Speaks `POST /zones/{zone}/purge_cache` as documented: a bearer token, one kind of target, at most 100 of them. */
export async function startCloudflare(zone: string, token: string): Promise<CloudflareServer> {
  const purged: string[] = []
  const refuse = (status: number, code: number) =>
    json(status, { success: false, errors: [{ code, message: `token ${token}` }], result: null })
  const server = await startApiServer(({ method, path, headers, body }) => {
    if (headers['authorization'] !== `Bearer ${token}`) return refuse(403, 10000)
    if (method !== 'POST' || path !== `/zones/${zone}/purge_cache`) return refuse(404, 7003)
    const [[kind, targets] = ['', []], ...others] = Object.entries(
      JSON.parse(body) as Record<string, readonly string[]>,
    )
    const isRight = others.length === 0 && ['tags', 'files', 'hosts'].includes(kind)
    if (!isRight || targets.length === 0 || targets.length > mostOperations)
      return refuse(400, 1094)
    purged.push(...targets.map((target) => `${kind}:${target}`))
    return json(200, { success: true, errors: [], result: { id: `f${purged.length}` } })
  })
  return Object.assign(server, { purged })
}
