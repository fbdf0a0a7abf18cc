import { CdnFailure } from '@iaas/common/cdn-failure'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import { z } from 'zod'
import { callApi } from './call-api.ts'

export type EdgeOptions = {
  readonly name: string
  /** URL of the purger beside each edge. */
  readonly urls: readonly string[]
  readonly secret: string
  readonly cdn: Pick<Cdn, 'address'>
}

const mostTargets = 1000
const pollMs = 250

const begun = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) })
const asked = z.object({ state: z.enum(['running', 'finished']) })

/** Purges the edges of the compose project through the purger beside each nginx. */
export function createEdgePurger({ name, urls, secret, cdn }: EdgeOptions): CdnPurger {
  const headers = { Authorization: `Bearer ${secret}` }

  async function begin(url: string, body: unknown): Promise<string> {
    const said = await callApi({ cdn: name, method: 'POST', url: `${url}/purges`, headers, body })
    const parsed = begun.safeParse(said.body)
    if (!parsed.success) throw new CdnFailure(`${name} does not confirm a purge.`)
    return parsed.data.id
  }

  /** Returns undefined once a purger that was restarted has forgotten the purge. */
  async function isFinished(url: string, id: string): Promise<boolean | undefined> {
    const call = { cdn: name, method: 'GET', url: `${url}/purges/${id}`, headers } as const
    const { status, body } = await callApi(call, [404])
    if (status === 404) return undefined
    return asked.safeParse(body).data?.state === 'finished'
  }

  return {
    name,
    mostTargets,
    mostImages: mostTargets,
    mostPending: 4,
    pollMs,
    needsKey: () => true,
    async purge(targets) {
      const body =
        targets === 'everything'
          ? { everything: true }
          : { tags: targets.tags, paths: targets.keys.map((key) => pathOf(cdn.address(key))) }
      const ids = await Promise.all(urls.map((url) => begin(url, body)))
      return { id: ids.join('+'), state: 'pending' }
    },
    async stateOf(id) {
      const ids = id.split('+')
      if (ids.length !== urls.length) return 'unknown'
      const states = await Promise.all(urls.map((url, index) => isFinished(url, ids[index] ?? '')))
      if (states.includes(undefined)) return 'unknown'
      return states.every(Boolean) ? 'completed' : 'pending'
    },
  }
}

function pathOf(address: string): string {
  return address.replace(/^https?:\/\/[^/]*/i, '')
}
