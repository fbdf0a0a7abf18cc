import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export type FileDigests = { readonly size: number; readonly md5: string; readonly sha256: string }

/** Returns size and hexadecimal digests of a local file. */
export async function digestFile(path: string): Promise<FileDigests> {
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    md5.update(chunk)
    sha256.update(chunk)
    size += chunk.length
  }
  return { size, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
}
