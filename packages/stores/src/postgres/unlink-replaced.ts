import type { Transaction } from 'kysely'
import type { ImageId } from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Epoch } from '@iaas/common/ports/epochs'
import { anyLink, deleteLinks } from './delete-links.ts'
import { raiseEpochs } from './raise-epochs.ts'
import type { Schema } from './tables/schema.ts'
import { noteUnlinked } from './unlinked-objects.ts'

export type UnlinkOptions = {
  readonly cdn: Pick<Cdn, 'keyOf'>
  /** Time for which the objects of a replaced version stay, since clients remember redirects to them, s. */
  readonly keepSeconds: number
}

/**
 * Raises the epochs of replaced originals and deletes their links. The uploaders remove the objects later; they belong to no
 * purge. Returns the highest of the new epochs.
 */
export async function unlinkReplaced(
  trx: Transaction<Schema>,
  ids: readonly ImageId[],
  { cdn, keepSeconds }: UnlinkOptions,
): Promise<Epoch> {
  const epoch = await raiseEpochs(trx, ids)
  const { objects } = await deleteLinks(trx, ids, anyLink, cdn)
  await noteUnlinked(trx, objects, '', keepSeconds)
  return epoch
}
