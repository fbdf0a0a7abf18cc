import { open, unlink } from 'node:fs/promises'

/** Bytes in which the key of most files ends; a longer one is read on. */
const firstRead = 1024
/** The longest request line that nginx accepts, and the head of the file before the key. */
const longestKeyEnd = 40_960
const start = Buffer.from('\nKEY: ')

/** Reads the key that nginx wrote into a file of its cache; undefined if there is none, or the file is gone. */
export async function readCacheKey(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path)
    for (const length of [firstRead, longestKeyEnd]) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0)
      const key = findKey(buffer.subarray(0, bytesRead))
      if (key !== undefined || bytesRead < length) return key
    }
    return undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function findKey(head: Buffer): string | undefined {
  const from = head.indexOf(start)
  const to = head.indexOf('\n', from + start.length)
  return from === -1 || to === -1 ? undefined : head.toString('latin1', from + start.length, to)
}

/** Removes a file of the cache. Returns false if nginx has removed it. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
