import type { LinkStore } from '@iaas/common/ports/link-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import { type Policy, type Variant, variantKey } from '@iaas/common/image'
import { AppError } from '@iaas/common/errors'

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
      return { kind: 'rendered', bytes, timing, isDear: false } as const
    },
    inspect: () => Promise.reject(new Error('Nothing is inspected here.')),
    takeIn: () => Promise.reject(new Error('Nothing is taken in here.')),
  }
  return fake
}

/** Finds an original of every id, or of none. */
export function createOriginalsThat(have: boolean): OriginalStore {
  const unused = () => Promise.reject(new Error('Only asked for originals.'))
  const file = { path: '/originals/any', size: 1, modifiedAt: new Date(0) }
  return {
    find: async () => (have ? file : undefined),
    readHead: unused,
    createTemporary: unused,
    put: unused,
    delete: unused,
    space: unused,
    sweepTemporary: unused,
  }
}

export type MemoryLinks = LinkStore & {
  readonly rows: Map<string, { readonly url: string; readonly renderedAt: number }>
  /** Rejects this many of the next calls of `record`. */
  failures: number
}

export function createMemoryLinks(): MemoryLinks {
  const rows: MemoryLinks['rows'] = new Map()
  const links: MemoryLinks = {
    rows,
    failures: 0,
    find: async (variant: Variant) => rows.get(variantKey(variant)),
    async record(variant, { url }, renderedAt) {
      if (links.failures > 0) {
        links.failures -= 1
        throw new AppError('STORE_UNAVAILABLE', 'The database does not answer.')
      }
      const row = rows.get(variantKey(variant))
      if (row === undefined || row.renderedAt < renderedAt) {
        rows.set(variantKey(variant), { url, renderedAt })
      }
    },
    async remove(variant) {
      rows.delete(variantKey(variant))
    },
    count: () => Promise.reject(new Error('Nothing is counted here.')),
  }
  return links
}
