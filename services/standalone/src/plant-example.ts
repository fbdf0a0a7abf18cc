import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isAppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'

/** The picture that everyone sees first. */
export const exampleFile = fileURLToPath(new URL('../../../assets/example.jpg', import.meta.url))

/** Makes the example an original, where there is none of its id yet. */
export async function plantExample(originals: OriginalStore): Promise<void> {
  const id = parseImageId('example')
  if ((await originals.find(id)) !== undefined) return
  await using file = await originals.createTemporary()
  await copyFile(exampleFile, file.path)
  try {
    await originals.put(id, file)
  } catch (error) {
    // Another process on the same folder was quicker.
    if (!isAppError(error, 'ID_TAKEN')) throw error
  }
}
