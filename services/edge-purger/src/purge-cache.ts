import { readCacheKey, removeFile } from './cached-file.ts'
import type { PurgeTargets } from './purge-targets.ts'
import { readSubject } from './tags-of-key.ts'
import { walkCache } from './walk-cache.ts'

/**
 * Removes from a cache of nginx what one of the purges names. nginx takes a file that is gone for a miss, and keeps nothing of
 * an answer whose unfinished file is gone. Returns the number of removed files.
 */
export async function purgeCache(folder: string, purges: readonly PurgeTargets[]): Promise<number> {
  const isEverything = purges.some((targets) => targets === 'everything')
  const named = purges.filter((targets) => targets !== 'everything')
  const tags = new Set<string>(named.flatMap((targets) => targets.tags))
  const objects = new Set(named.flatMap((targets) => targets.paths.map(toObject)))

  async function isNamed(path: string): Promise<boolean> {
    const key = await readCacheKey(path)
    if (key === undefined) return false
    const subject = readSubject(key)
    if (subject.object !== undefined && objects.has(subject.object)) return true
    return subject.tags.some((tag) => tags.has(tag))
  }

  let removed = 0
  await walkCache(folder, async (path) => {
    if ((isEverything || (await isNamed(path))) && (await removeFile(path))) removed += 1
  })
  return removed
}

/** Paths of objects are those of their public addresses. A proxy in front may have a folder of its own. */
function toObject(path: string): string {
  return path.replace(/^.*?\/cdn\//, '').replace(/^\//, '')
}
