import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { cacheTag } from '@iaas/common/cache-tag'
import type { TagAnswer } from '../http/tag-answers.ts'
import type { RequestRecord } from '../http/request-record.ts'
import { type KnownTargets, type KnownTargetsOptions, createKnownTargets } from './known-targets.ts'
import { type StoredRedirect, redirectPlainly, redirectToStored } from './stored-redirect.ts'

export type FastLaneOptions = KnownTargetsOptions & {
  /** TTL of redirects to stored variants in clients, s. */
  readonly redirectMaxAge: number
  /** See `watchStore`. */
  readonly isStoreAway: () => boolean
  /** See `KnownEpochs`. */
  readonly isTrusted: (now: number) => boolean
  readonly tagAnswer?: TagAnswer | undefined
}

/** Contains all code that trades clarity for the speed of hits. README.md says what each part gains. */
export type FastLane = {
  /** Redirects to a variant whose link is cached in this process. Returns false if it did not answer. */
  tryRedirect(req: IncomingMessage, res: ServerResponse, record: RequestRecord): boolean
  /** Redirects to a stored variant whose link was looked up. */
  redirect(stored: StoredRedirect, res: ServerResponse, record: RequestRecord): void
  readonly note: KnownTargets['note']
}

export function createFastLane(options: FastLaneOptions): FastLane {
  const { redirectMaxAge: maxAge, isStoreAway, isTrusted, tagAnswer } = options
  const targets = createKnownTargets(options)
  return {
    tryRedirect(req, res, record) {
      if (isStoreAway() || !isTrusted(record.startedAt)) return false
      const known = targets.find(req.url ?? '', record.startedAt)
      if (known === undefined) return false
      record.id = known.id
      tagAnswer?.(res, cacheTag(known.id))
      record.route = 'image'
      record.answeredAt = performance.now()
      const timing = { lookup: record.answeredAt - record.startedAt }
      redirectToStored({ location: known.location, maxAge, timing }, res, record)
      return true
    },
    redirect: redirectToStored,
    note: (target, answer) => targets.note(target, answer),
  }
}

/** Creates a fast lane that is turned off: requests take the usual path, with the same answers. */
export const noFastLane: FastLane = {
  tryRedirect: () => false,
  redirect: redirectPlainly,
  note() {},
}
