import { writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { parseJson } from '@iaas/common/disk/parse-json'
import type { FileCache } from '@iaas/common/disk/file-cache'
import { factsRevision, imageFactsSchema } from '@iaas/common/image-facts'
import type { OriginalRef } from '@iaas/common/original-ref'
import { pointSchema } from '@iaas/common/point-schema'
import type { FactsStore } from '@iaas/common/ports/facts-store'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { ObjectBucket } from '../object-bucket.ts'
import { readFile } from 'node:fs/promises'
import { type Detail, cacheName, detailKey } from './layout.ts'

export type DetailsOptions = { readonly bucket: ObjectBucket; readonly cache: FileCache }

/** Text that the cache keeps for a detail that a version does not have. */
const none = 'null'

/** Reads a detail of a version through the local cache. */
function createReadDetail({ bucket, cache }: DetailsOptions, detail: Detail) {
  return async function read(original: OriginalRef): Promise<unknown> {
    const name = `${cacheName(original)}~${detail}`
    await using file = await cache.open(name, original.modifiedAt, async (path) => {
      const object = await bucket.open(detailKey(original, detail))
      await writeFile(path, object === undefined ? none : await text(object.body))
    })
    return parseJson(await readFile(file.path, 'utf8'))
  }
}

/** Stores focal points as objects beside the versions. A point is set before its version can be found, so it is cached for good. */
export function createS3FocalStore(options: DetailsOptions): FocalStore {
  const { bucket, cache } = options
  const read = createReadDetail(options, 'focal')
  return {
    find: async (original) => pointSchema.safeParse(await read(original)).data,
    async set(original, point) {
      const key = detailKey(original, 'focal')
      if (point === undefined) await bucket.delete(key)
      else await bucket.put(key, JSON.stringify(point))
      await cache.remove(`${cacheName(original)}~focal`)
    },
  }
}

const factsFileSchema = z.object({ revision: z.int(), facts: z.unknown() })

/** Stores facts as objects beside the versions. */
export function createS3FactsStore(options: DetailsOptions): FactsStore {
  const { bucket, cache } = options
  const read = createReadDetail(options, 'facts')
  const forget = (original: OriginalRef) => cache.remove(`${cacheName(original)}~facts`)

  return {
    async find(original) {
      const file = factsFileSchema.safeParse(await read(original)).data
      const facts =
        file?.revision === factsRevision ? imageFactsSchema.safeParse(file.facts) : undefined
      // Another process may store them at any time.
      if (facts?.data === undefined) await forget(original)
      return facts?.data
    },
    async keep(original, facts) {
      const content = JSON.stringify({ revision: factsRevision, facts })
      await bucket.put(detailKey(original, 'facts'), content)
      await forget(original)
    },
  }
}
