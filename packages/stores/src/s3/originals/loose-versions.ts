import { digestOf } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { parseJson } from '@iaas/common/disk/parse-json'
import type { ObjectBucket } from '../object-bucket.ts'
import { belongsToVersion, folderOf, looseFolder } from './layout.ts'
import { names } from './pointer.ts'
import type { Pointers } from './pointers.ts'

/**
 * Notes versions that are not current yet or any more, so that neither a process that is killed nor a reader of a replaced
 * version leaves objects behind, or finds none.
 */
export type LooseVersions = {
  note(original: Pick<OriginalRef, 'id' | 'version'>): Promise<void>
  /** Removes the versions that were noted long ago and that no pointer names. */
  sweep(): Promise<void>
}

/** Longer than an upload, and than a reader of a replaced version takes, ms. */
const leftAfterMs = 60 * 60_000
/** Notes read at once. */
const maxNotes = 200

const noteSchema = z.object({ id: z.string(), version: z.string() })

export function createLooseVersions(bucket: ObjectBucket, pointers: Pointers): LooseVersions {
  async function remove(id: ImageId, version: string): Promise<void> {
    const { objects } = await bucket.list(folderOf(id))
    for (const { key } of objects) {
      if (belongsToVersion(key, { id, version })) await bucket.delete(key)
    }
  }

  async function settle(key: string): Promise<void> {
    const object = await bucket.open(key)
    const note = object && noteSchema.safeParse(parseJson(await text(object.body))).data
    if (note !== undefined) {
      const id = parseImageId(note.id)
      const pointer = await pointers.read(id)
      if (!names(pointer, note.version)) await remove(id, note.version)
    }
    await bucket.delete(key)
  }

  return {
    async note({ id, version }) {
      const name = digestOf(`${version}/${id}`)
      await bucket.put(`${looseFolder}${name}`, JSON.stringify({ id, version }))
    },
    async sweep() {
      let after: string | undefined
      do {
        const { objects, next } = await bucket.list(looseFolder, {
          limit: maxNotes,
          ...(after !== undefined && { after }),
        })
        const old = objects.filter(
          ({ modifiedAt }) => Date.now() - modifiedAt.getTime() > leftAfterMs,
        )
        for (const { key } of old) await settle(key)
        after = next
      } while (after !== undefined)
    },
  }
}
