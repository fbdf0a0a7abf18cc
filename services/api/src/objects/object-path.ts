import type { ObjectKey } from '@iaas/common/digest'
import type { Cdn } from '@iaas/common/ports/cdn'

/**
 * Returns the key in the target of a request for an object, under the path that the CDN has for it. Ignores the query, as the
 * bucket does.
 */
export function keyOfTarget(target: string, cdn: Pick<Cdn, 'keyOf'>): ObjectKey | undefined {
  const mark = target.indexOf('?')
  return cdn.keyOf(mark === -1 ? target : target.slice(0, mark))
}
