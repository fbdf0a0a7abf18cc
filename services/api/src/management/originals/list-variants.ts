import { formatVariantUrl } from '@iaas/common/image'
import type { LinkList, ListedLink } from '@iaas/common/ports/link-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Handlers } from '../call.ts'
import type { VariantAnswer } from '../contract/originals.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { assertPresent } from '../../upload/assert-original.ts'

/** `GET /originals/{id}/variants`. */
export function createListVariants(
  originals: Pick<OriginalStore, 'find'>,
  links: LinkList,
): Handlers<ManagementRoutes>['listVariants'] {
  return async ({ parameters: { id }, query: { limit, cursor } }) => {
    await assertPresent(originals, id)
    // One more than the page has tells whether another page follows.
    const found = await links.list(id, { limit: limit + 1, after: cursor })
    const items = found.slice(0, limit)
    const last = found.length > limit ? items.at(-1) : undefined
    return { body: { items: items.map(toAnswer), next: last?.position ?? null } }
  }
}

function toAnswer({ variant, digest, renderedAt }: ListedLink): VariantAnswer {
  return {
    address: variant === undefined ? null : formatVariantUrl(variant),
    digest,
    // The ledger has no sizes.
    bytes: null,
    rendered_at: renderedAt?.toISOString() ?? null,
  }
}
