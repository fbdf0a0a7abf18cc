import { open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createTemporaryFile } from '@iaas/common/disk/temporary-files'
import { AppError } from '@iaas/common/errors'

/** A picture that lies in a file as long as it is being worked on, with room beside it for another. */
export type ReceivedPicture = AsyncDisposable & {
  readonly path: string
  readonly outputPath: string
}

/** Writes the body of a request to a file in `dir`. @throws AppError UPLOAD_TOO_LARGE */
export async function receivePicture(
  req: IncomingMessage,
  dir: string,
  maxBytes: number,
): Promise<ReceivedPicture> {
  const picture = await createTemporaryFile(dir)
  const output = await createTemporaryFile(dir)
  const remove = async () => {
    await Promise.all([picture, output].map((file) => file[Symbol.asyncDispose]()))
  }
  try {
    await writeBody(req, picture.path, maxBytes)
  } catch (error) {
    await remove()
    throw error
  }
  return { path: picture.path, outputPath: output.path, [Symbol.asyncDispose]: remove }
}

/** A body that is too large leaves the request whole, so that it can still be answered. */
async function writeBody(req: IncomingMessage, path: string, maxBytes: number): Promise<void> {
  await using file = await open(path, 'wx')
  let bytes = 0
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new AppError('UPLOAD_TOO_LARGE', `A picture may have at most ${maxBytes} bytes.`)
    }
    await file.writeFile(chunk)
  }
}
