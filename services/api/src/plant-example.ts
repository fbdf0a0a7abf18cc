import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isAppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalLedger } from '@iaas/common/ports/original-ledger'
import type { OriginalStore } from '@iaas/common/ports/original-store'

/** Id of the example image of the README. */
export const exampleFile = fileURLToPath(new URL('../../../assets/example.jpg', import.meta.url))
export const exampleId = parseImageId('example')

/** Stores the example as an original if the store has never had one. Never rejects: the service works without it. */
export async function plantExample(
  originals: OriginalStore,
  ledger: Pick<OriginalLedger, 'mark'>,
  log: Logger,
): Promise<void> {
  try {
    if (!(await originals.isEmpty())) return
    await storeExample(originals)
    await ledger.mark(exampleId)
  } catch (error) {
    // Another process on the same folder may be faster.
    if (!isAppError(error, 'ID_TAKEN')) log.warn('example not stored', { error })
  }
}

async function storeExample(originals: OriginalStore): Promise<void> {
  await using file = await originals.createTemporary()
  await copyFile(exampleFile, file.path)
  await originals.put(exampleId, file)
}
