import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type ImageFacts, factsRevision, imageFactsSchema } from '../image-facts.ts'
import type { OriginalRef } from '../original-ref.ts'
import type { FactsStore } from '../ports/facts-store.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { withFolder } from './make-folder.ts'
import { factsPath } from './originals-layout.ts'
import { parseJson } from './parse-json.ts'

export type DiskFactsStoreOptions = {
  /** Folder of the originals, shared by all processes. */
  readonly originalsDir: string
  /** Facts of another revision are ignored; see `factsRevision`. */
  readonly revision?: number
}

const fileSchema = z.object({
  revision: z.int(),
  version: z.string(),
  facts: z.unknown(),
})

/**
 * Stores facts in a folder beside the originals, one small file for each, at the path that the original has below its own
 * folder. A file that is incomplete, as during a write or after a crash, counts as missing.
 */
export function createDiskFactsStore(options: DiskFactsStoreOptions): FactsStore {
  const { originalsDir, revision = factsRevision } = options
  const pathOf = ({ id }: OriginalRef) => join(originalsDir, factsPath(id))

  async function find(original: OriginalRef): Promise<ImageFacts | undefined> {
    const text = await ignoreMissing(readFile(pathOf(original), 'utf8'))
    const file = fileSchema.safeParse(parseJson(text)).data
    if (file?.revision !== revision || file.version !== original.version) return undefined
    return imageFactsSchema.safeParse(file.facts).data
  }

  async function keep(original: OriginalRef, facts: ImageFacts): Promise<void> {
    const path = pathOf(original)
    const text = JSON.stringify({ revision, version: original.version, facts })
    await withFolder(dirname(path), () => writeFile(path, text))
  }

  return {
    find: (original) => translateDiskErrors(find(original)),
    keep: (original, facts) => translateDiskErrors(keep(original, facts)),
  }
}
