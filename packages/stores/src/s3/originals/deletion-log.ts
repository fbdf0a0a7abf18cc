import { text } from 'node:stream/consumers'
import { digestOf } from '@iaas/common/digest'
import { formatEntry, parseEntry } from '@iaas/common/disk/deletion-log'
import {
  type DeletionLog,
  type LoggedDeletion,
  mergeDeletions,
} from '@iaas/common/ports/deletion-log'
import type { ObjectBucket } from '../object-bucket.ts'
import { deletionsFolder } from './layout.ts'

/** Keeps the log as objects beside the originals, one for each id. */
export function createS3DeletionLog(bucket: ObjectBucket): DeletionLog {
  async function read(key: string): Promise<LoggedDeletion | undefined> {
    const object = await bucket.open(key)
    return object && parseEntry(await text(object.body), key)
  }

  return {
    async add(deletion) {
      const key = `${deletionsFolder}${digestOf(deletion.id)}`
      const before = await read(key)
      const entry = before === undefined ? deletion : mergeDeletions(before, deletion)
      await bucket.put(key, formatEntry(entry))
    },
    async *list() {
      let after: string | undefined
      do {
        const { objects, next } = await bucket.list(deletionsFolder, {
          ...(after !== undefined && { after }),
        })
        for (const { key } of objects) {
          const entry = await read(key)
          if (entry !== undefined) yield entry
        }
        after = next
      } while (after !== undefined)
    },
  }
}
