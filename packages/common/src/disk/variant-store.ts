import { access, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ListOptions,
  type ListedObject,
  type ListedObjects,
  type StoredObject,
  type VariantStore,
  mostListed,
} from '../ports/variant-store.ts'
import { createForEach } from '../platform/concurrency/for-each.ts'
import { untilReadable } from '../platform/streams/until-readable.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { listFolder } from './list-folder.ts'
import { makeFolder } from './make-folder.ts'
import { sweepFolder } from './temporary-files.ts'
import { createDurableWriter, incomingFolder } from './write-durably.ts'

export type DiskVariantStoreOptions = { readonly dir: string }

/** Age after which temporary files belong to a killed process, ms. */
const leftOverMs = 60 * 60_000

const deletionsAtOnce = 16

/** Stores variants in a folder that the api serves itself. */
export function createDiskVariantStore({ dir }: DiskVariantStoreOptions): VariantStore {
  const write = createDurableWriter(dir)
  let swept: Promise<unknown> | undefined

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    swept ??= sweepFolder(join(dir, incomingFolder), leftOverMs).catch(() => {})
    await swept
    await write(join(dir, key), bytes)
  }

  async function list(prefix: string, options: ListOptions = {}): Promise<ListedObjects> {
    const { after, limit = mostListed } = options
    const objects: ListedObject[] = []
    for await (const object of listFolder(dir, prefix, after)) {
      if (objects.length === limit) return { objects, next: objects.at(-1)?.key }
      objects.push(object)
    }
    return { objects, next: undefined }
  }

  const forEach = createForEach(deletionsAtOnce)
  const remove = (key: string) => translateDiskErrors(rm(join(dir, key), { force: true }))

  return {
    put: (key, bytes) => translateDiskErrors(put(key, bytes)),
    open: (key) => translateDiskErrors(ignoreMissing(openFile(join(dir, key)))),
    delete: remove,
    deleteMany: async (keys) => (await forEach(keys, remove)).failed,
    async has(key) {
      const file = await translateDiskErrors(ignoreMissing(stat(join(dir, key))))
      return file !== undefined && file.size > 0
    },
    list: (prefix, options) => translateDiskErrors(list(prefix, options)),
    ping: () => translateDiskErrors(makeFolder(dir).then(() => access(dir))),
  }
}

async function openFile(path: string): Promise<StoredObject> {
  const file = await open(path, 'r')
  // The stream closes the file when it ends or is destroyed.
  const body = file.createReadStream()
  try {
    const { size } = await file.stat()
    await untilReadable(body)
    return { size, body }
  } catch (error) {
    body.destroy()
    throw error
  }
}
