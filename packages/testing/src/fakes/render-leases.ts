import type { Digest } from '@iaas/common/digest'
import type { Spooled } from '@iaas/common/ports/spool'
import type { RenderLeases } from '@iaas/common/ports/render-leases'

export type FakeRenderLeasesOptions = {
  /** Digests of variants whose lease is held. */
  readonly held?: Set<Digest>
  /** Contents of the spool. */
  readonly entries?: ReadonlyMap<Digest, Spooled>
}

/** Creates render leases in memory. */
export function createFakeRenderLeases(options: FakeRenderLeasesOptions = {}): RenderLeases {
  const { held = new Set(), entries = new Map() } = options
  const history = new Set<Digest>()
  return {
    async claim(digest) {
      if (entries.has(digest)) return { kind: 'spooled' }
      if (held.has(digest)) return { kind: 'taken' }
      held.add(digest)
      let isOver = false
      const lease = {
        isFollowUp: history.has(digest),
        async end() {
          if (!isOver) held.delete(digest)
          isOver = true
          history.add(digest)
        },
      }
      return { kind: 'lease', lease }
    },
  }
}
