import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { parseImageId } from '../image/index.ts'
import { type DeletionLog, type LoggedDeletion, mergeDeletions } from '../ports/deletion-log.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { listFolder } from './list-folder.ts'
import { deletionPath, deletionsFolder } from './originals-layout.ts'
import { parseJson } from './parse-json.ts'
import { createDurableWriter, syncFolders } from './write-durably.ts'

export type DiskDeletionLogOptions = {
  /** Folder of the originals, shared by all processes. */
  readonly originalsDir: string
}

const entrySchema = z
  .object({
    id: z.string().transform((id) => parseImageId(id)),
    versions: z.array(z.string()),
    is_freed: z.boolean(),
    deleted_at: z.coerce.date(),
  })
  .transform(({ is_freed: isFreed, deleted_at: deletedAt, ...entry }): LoggedDeletion => ({
    ...entry,
    isFreed,
    deletedAt,
  }))

/** Keeps the log in a folder beside the originals, one small file for each id. */
export function createDiskDeletionLog({ originalsDir }: DiskDeletionLogOptions): DeletionLog {
  const writeDurably = createDurableWriter(originalsDir)
  const root = join(originalsDir, deletionsFolder)

  async function add(deletion: LoggedDeletion): Promise<void> {
    const path = join(originalsDir, deletionPath(deletion.id))
    const before = await read(path)
    const entry = before === undefined ? deletion : mergeDeletions(before, deletion)
    await writeDurably(path, Buffer.from(formatEntry(entry)))
    await syncFolders(originalsDir, dirname(path))
  }

  return {
    add: (deletion) => translateDiskErrors(add(deletion)),
    async *list() {
      for await (const { key } of listFolder(root, '', undefined)) {
        const entry = await translateDiskErrors(read(join(root, key)))
        if (entry !== undefined) yield entry
      }
    },
  }
}

async function read(path: string): Promise<LoggedDeletion | undefined> {
  const text = await ignoreMissing(readFile(path, 'utf8'))
  return text === undefined ? undefined : parseEntry(text, path)
}

export function formatEntry({ id, versions, isFreed, deletedAt }: LoggedDeletion): string {
  return `${JSON.stringify({ id, versions, is_freed: isFreed, deleted_at: deletedAt })}\n`
}

export function parseEntry(text: string, path: string): LoggedDeletion {
  const { data } = entrySchema.safeParse(parseJson(text))
  if (data === undefined) throw new Error(`The entry ${path} of the deletions cannot be read.`)
  return data
}
