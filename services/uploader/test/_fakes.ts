import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { ImageId, Policy } from '@iaas/common/image'

export const policy: Policy = {
  bounds: { width: 2000, height: 2000 },
  webpOptIn: true,
  webpSwitch: false,
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Renders the text "rendered again", and counts. */
export function createCountingRenderer(): Renderer & { renders: number } {
  const fake = {
    renders: 0,
    async render() {
      fake.renders += 1
      const timing = { queueMs: 0, renderMs: 1 }
      const bytes = bytesOf('rendered again')
      return { kind: 'rendered', bytes, timing, isCostly: false } as const
    },
    inspect: () => Promise.reject(new Error('Nothing is inspected here.')),
    describe: () => Promise.reject(new Error('Nothing is described here.')),
    ingest: () => Promise.reject(new Error('Nothing is taken in here.')),
  }
  return fake
}

/** The original that `createOriginalsThat(true)` finds. */
export function makeOriginal(id: ImageId): OriginalRef {
  return { id, version: '1.0', size: 1, modifiedAt: new Date(0) }
}

/** Finds an original of every id, or of none. */
export function createOriginalsThat(have: boolean): OriginalStore {
  const unused = () => Promise.reject(new Error('Only asked for originals.'))
  return {
    find: async (id) => (have ? makeOriginal(id) : undefined),
    open: unused,
    isEmpty: unused,
    readHead: unused,
    createTemporary: unused,
    put: unused,
    free: unused,
    versions: unused,
    restore: unused,
    delete: unused,
    space: unused,
    sweepTemporary: unused,
  }
}
