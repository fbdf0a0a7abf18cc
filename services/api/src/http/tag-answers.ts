import type { ServerResponse } from 'node:http'
import type { CacheTag } from '@iaas/common/cache-tag'

/** Puts the tag of an image into the headers that the configured CDNs read. */
export type TagAnswer = (res: ServerResponse, tag: CacheTag | undefined) => void

/** Returns undefined where no CDN reads tags, so that hits cost nothing more. */
export function createTagAnswer(headers: readonly string[]): TagAnswer | undefined {
  if (headers.length === 0) return undefined
  return (res, tag) => {
    if (tag === undefined) return
    for (const name of headers) res.setHeader(name, tag)
  }
}
