import { CdnFailure } from '@iaas/common/cdn-failure'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { CdnPurger, CdnTargets } from '@iaas/common/ports/cdn-purger'
import { z } from 'zod'
import { callApi } from './call-api.ts'

export type CloudflareOptions = {
  readonly name: string
  readonly zone: string
  readonly hosts: readonly string[]
  readonly token: string
  readonly endpoint: string
  readonly cdn: Pick<Cdn, 'address'>
}

/** Most tags or URLs of one request. */
const mostTargets = 100

const answer = z.object({ success: z.literal(true), result: z.object({ id: z.string() }) })

/**
 * Purges a zone of Cloudflare: answers by `Cache-Tag`, objects by URL, since a bucket cannot send that header. A purge has
 * taken effect with its answer.
 */
export function createCloudflarePurger(options: CloudflareOptions): CdnPurger {
  const { name, zone, hosts, token, endpoint, cdn } = options

  async function purgeCache(body: Readonly<Record<string, readonly string[]>>): Promise<string> {
    const url = `${endpoint}/zones/${zone}/purge_cache`
    const headers = { Authorization: `Bearer ${token}` }
    const said = await callApi({ cdn: name, method: 'POST', url, headers, body })
    const parsed = answer.safeParse(said.body)
    if (!parsed.success) throw new CdnFailure(`${name} does not confirm a purge.`)
    return parsed.data.result.id
  }

  function bodiesOf(targets: CdnTargets): readonly Readonly<Record<string, readonly string[]>>[] {
    if (targets === 'everything') return [{ hosts }]
    const files = targets.keys.map((key) => cdn.address(key))
    return [{ tags: targets.tags }, { files }].filter(
      (body) => Object.values(body).flat().length > 0,
    )
  }

  return {
    name,
    mostTargets,
    mostImages: mostTargets,
    mostPending: 1,
    pollMs: 0,
    needsKey: () => true,
    async purge(targets) {
      const ids: string[] = []
      for (const body of bodiesOf(targets)) ids.push(await purgeCache(body))
      return { id: ids.join('+'), state: 'completed' }
    },
    stateOf: async () => 'completed',
  }
}
