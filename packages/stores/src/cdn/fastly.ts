import { CdnFailure } from '@iaas/common/cdn-failure'
import { readKey } from '@iaas/common/object-digest'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import { z } from 'zod'
import { callApi } from './call-api.ts'

export type FastlyOptions = {
  readonly name: string
  readonly service: string
  /** Time since which objects carry a tag, ms since the epoch. */
  readonly taggedSince: number | undefined
  readonly token: string
  readonly endpoint: string
  readonly cdn: Pick<Cdn, 'address'>
}

/** Most surrogate keys of one request. */
const mostTargets = 256

const purgedKeys = z.record(z.string(), z.string())
const purged = z.object({ status: z.literal('ok'), id: z.string().optional() })

/**
 * Purges a service of Fastly: by surrogate key, and objects without one by URL. A purge has taken effect with its answer; old
 * copies are removed, not only marked as stale.
 */
export function createFastlyPurger(options: FastlyOptions): CdnPurger {
  const { name, service, taggedSince, token, endpoint, cdn } = options
  const headers = { 'Fastly-Key': token, Accept: 'application/json' }

  async function post<Answer>(path: string, schema: z.ZodType<Answer>, body?: unknown) {
    const said = await callApi({
      cdn: name,
      method: 'POST',
      url: `${endpoint}${path}`,
      headers,
      body,
    })
    const parsed = schema.safeParse(said.body)
    if (!parsed.success) throw new CdnFailure(`${name} does not confirm a purge.`)
    return parsed.data
  }

  return {
    name,
    mostTargets,
    mostImages: mostTargets,
    mostPending: 1,
    pollMs: 0,
    needsKey: (key) => taggedSince === undefined || readKey(key).renderedAt < taggedSince,
    async purge(targets) {
      if (targets === 'everything') {
        await post(`/service/${service}/purge_all`, purged)
        return { id: 'all', state: 'completed' }
      }
      const { tags, keys } = targets
      const ids: string[] = []
      if (tags.length > 0) {
        const body = { surrogate_keys: tags }
        const byKey = await post(`/service/${service}/purge`, purgedKeys, body)
        if (tags.some((tag) => byKey[tag] === undefined)) {
          throw new CdnFailure(`${name} does not confirm a purge.`)
        }
        ids.push(byKey[tags[0] ?? ''] ?? '')
      }
      for (const key of keys) {
        const { id } = await post(`/purge/${cdn.address(key).replace(/^https?:\/\//, '')}`, purged)
        if (id !== undefined && ids.length === 0) ids.push(id)
      }
      return { id: ids.join('+'), state: 'completed' }
    },
    stateOf: async () => 'completed',
  }
}
