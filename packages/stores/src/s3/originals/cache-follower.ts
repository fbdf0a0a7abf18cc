import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileCache } from '@iaas/common/disk/file-cache'
import type { RemoveTraces } from '@iaas/common/ports/opened-originals'
import type { ImageId } from '@iaas/common/image'
import type { EpochFollower } from '@iaas/common/ports/epochs'
import type { RaisedIds } from '@iaas/common/ports/original-store'
import { cacheStem } from './layout.ts'
import type { Pointer } from './pointer.ts'

export type CacheFollowerOptions = {
  readonly cacheDir: string
  readonly cache: Pick<FileCache, 'list' | 'remove'>
  readonly removeLocalTraces: RemoveTraces
}

export type CacheFollower = {
  readonly follower: EpochFollower
  readonly isTrusted: () => boolean
  /** Finds the newest version of an original in the cache. Returns undefined if raises may have been missed. */
  readonly findCached: (id: ImageId) => Promise<Pointer | undefined>
  /** Registers what else forgets raised originals. */
  readonly forgetBy: (forget: (originals: RaisedIds) => void) => void
}

/** Its time says until when the raises were followed. */
const followedFile = '.followed'
/** The feed of a process that begins again has the raises of ten minutes. */
const missedAfterMs = 9 * 60_000
const noteEveryMs = 60_000

/** Keeps the cache of originals in step with the raises of epochs, also across restarts. */
export function createCacheFollower(options: CacheFollowerOptions): CacheFollower {
  const { cacheDir, cache, removeLocalTraces } = options
  const forgets: ((originals: RaisedIds) => void)[] = []
  const path = join(cacheDir, followedFile)
  let trustedUntil = Number.NEGATIVE_INFINITY
  let notedAt = Number.NEGATIVE_INFINITY
  /** True once it is known that no raise was missed while this process did not run. */
  let hasFollowed: Promise<boolean> | undefined
  /** Originals whose files are being removed. */
  const removing = new Set<ImageId>()

  const isTrusted = () => performance.now() < trustedUntil

  async function wasFollowed(): Promise<boolean> {
    const facts = await stat(path).catch(() => undefined)
    return facts !== undefined && Date.now() - facts.mtimeMs < missedAfterMs
  }

  async function noteFollowed(): Promise<void> {
    await mkdir(cacheDir, { recursive: true })
    await writeFile(path, '')
  }

  async function remove(id: ImageId): Promise<void> {
    removing.add(id)
    await Promise.all([cache.remove(cacheStem(id)), removeLocalTraces(id, { points: false })])
    removing.delete(id)
  }

  return {
    isTrusted,
    forgetBy: (forget) => void forgets.push(forget),
    async findCached(id) {
      hasFollowed ??= wasFollowed()
      // The cache is all there is if nobody can be asked.
      if (removing.has(id) || (isTrusted() && !(await hasFollowed))) return undefined
      const stem = cacheStem(id)
      const versions = (await cache.list(stem)).filter(({ name }) => !name.includes('~'))
      const [newest] = versions.toSorted((one, other) => +other.modifiedAt - +one.modifiedAt)
      if (newest === undefined) return undefined
      const version = newest.name.slice(stem.length)
      const modifiedAt = new Date(Math.floor(+newest.modifiedAt)).toISOString()
      return {
        state: 'stored',
        version,
        size: newest.size,
        modified_at: modifiedAt,
        sha256: '',
        kept: [],
      }
    },
    follower: {
      act(raised) {
        const all = raised.some(({ id }) => id === undefined)
        const ids = new Set(raised.flatMap(({ id }) => (id === undefined ? [] : [id])))
        for (const forget of forgets) forget(all ? 'all' : ids)
        for (const id of ids) void remove(id).catch(() => {})
      },
      trust(untilMs) {
        hasFollowed ??= wasFollowed()
        trustedUntil = untilMs
        if (performance.now() - notedAt < noteEveryMs) return
        notedAt = performance.now()
        void hasFollowed.then(noteFollowed).catch(() => {})
      },
    },
  }
}
