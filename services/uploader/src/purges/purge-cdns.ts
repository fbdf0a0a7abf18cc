import { cacheTag } from '@iaas/common/cache-tag'
import { CdnFailure } from '@iaas/common/cdn-failure'
import type { ObjectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { CdnPurger, CdnTargets } from '@iaas/common/ports/cdn-purger'
import type { CdnProgress, CdnPurgeId, CdnTarget, CdnWork } from '@iaas/common/ports/cdn-work'

export type CdnOutcome =
  | 'completed'
  /** At least one CDN has failed for good; all others have ended. */
  | 'failed'
  | { readonly restMs: number }

/** Does the next piece of work at every CDN. One that fails keeps no other waiting. */
export type PurgeCdns = (purge: CdnPurgeId) => Promise<CdnOutcome>

export type PurgeCdnsOptions = {
  readonly purgers: readonly CdnPurger[]
  readonly work: CdnWork
  /** Attempts in a row after which a CDN has failed. */
  readonly maxTries?: number
  /** Rest after the first failed attempt, ms; twice as long after each further one. */
  readonly firstRetryMs?: number
}

const longestRetryMs = 300_000
/** Longest rest that a CDN may ask for, ms. */
const longestAskedMs = 900_000
/** Time within which a CDN has to complete an invalidation, ms. */
const longestPendingMs = 1_800_000

export function createPurgeCdns(options: PurgeCdnsOptions): PurgeCdns {
  const { purgers, work, maxTries = 12, firstRetryMs = 1000 } = options

  async function noteFailure(purge: CdnPurgeId, { name, tries }: CdnProgress, error: unknown) {
    if (!(error instanceof CdnFailure)) throw error
    const asked = Math.min(error.retryAfterMs ?? 0, longestAskedMs)
    const backoff = Math.min(firstRetryMs * 2 ** tries, longestRetryMs)
    const retryMs = tries + 1 < maxTries ? Math.max(asked, backoff) : undefined
    await work.failed(purge, name, error.message, retryMs)
    return retryMs
  }

  /** Returns the number of invalidations that are still pending. */
  async function askForStates(purge: CdnPurgeId, purger: CdnPurger): Promise<number> {
    let left = 0
    for (const { id, ageMs } of await work.pending(purge, purger.name)) {
      const state = await purger.stateOf(id)
      if (state === 'completed') await work.ended(purge, purger.name, id, 'completed')
      else if (state === 'pending' && ageMs < longestPendingMs) left += 1
      else {
        await work.ended(purge, purger.name, id, 'lost')
        throw new CdnFailure('An invalidation was not completed, and its targets are sent again.')
      }
    }
    return left
  }

  /** Returns the next targets of one kind. */
  async function nextTargets(purge: CdnPurgeId, { name, mostTargets, mostImages }: CdnPurger) {
    const targets = await work.unsent(purge, name, mostTargets)
    const [first] = targets
    const most = first?.kind === 'image' ? mostImages : mostTargets
    return targets.filter(({ kind }) => kind === first?.kind).slice(0, most)
  }

  /** Returns the rest until the next piece of work, ms; undefined once the CDN is done. */
  async function advance(purge: CdnPurgeId, purger: CdnPurger): Promise<number | undefined> {
    const pending = await askForStates(purge, purger)
    const targets = pending < purger.mostPending ? await nextTargets(purge, purger) : []
    if (targets.length > 0) {
      const { id, state } = await purger.purge(toTargets(targets))
      const isCompleted = state === 'completed'
      await work.sent(purge, { cdn: purger.name, targets }, { id, isCompleted })
      return 0
    }
    if (pending > 0) return purger.pollMs
    await work.completed(purge, purger.name)
    return undefined
  }

  async function workOn(purge: CdnPurgeId, progress: CdnProgress): Promise<number | undefined> {
    if (progress.state !== 'pending') return undefined
    if ((progress.rest_ms ?? 0) > 0) return progress.rest_ms ?? 0
    const purger = purgers.find(({ name }) => name === progress.name)
    if (purger === undefined) {
      await work.failed(purge, progress.name, 'This CDN is not in the configuration any more.')
      return undefined
    }
    return advance(purge, purger).catch((error: unknown) => noteFailure(purge, progress, error))
  }

  return async function purgeCdns(purge) {
    const known = await work.progress(purge)
    const rests = await Promise.all(known.map((progress) => workOn(purge, progress)))
    const left = rests.filter((rest) => rest !== undefined)
    if (left.length > 0) return { restMs: Math.min(...left) }
    const ended = await work.progress(purge)
    if (ended.some(({ state }) => state === 'pending')) return { restMs: 0 }
    return ended.some(({ state }) => state === 'failed') ? 'failed' : 'completed'
  }
}

function toTargets(targets: readonly CdnTarget[]): CdnTargets {
  if (targets.some(({ kind }) => kind === 'everything')) return 'everything'
  const valuesOf = (wanted: CdnTarget['kind']) =>
    targets.filter(({ kind }) => kind === wanted).map(({ value }) => value)
  const ids = valuesOf('image') as ImageId[]
  return {
    tags: ids.map(cacheTag),
    addresses: ids.map((id) => `/${encodeURIComponent(id)}`),
    keys: valuesOf('object') as ObjectKey[],
  }
}
