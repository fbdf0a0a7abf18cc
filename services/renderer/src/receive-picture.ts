import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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
  await mkdir(dir, { recursive: true })
  const path = join(dir, randomUUID())
  const outputPath = `${path}.out`
  const remove = async () => {
    await Promise.all([rm(path, { force: true }), rm(outputPath, { force: true })])
  }
  try {
    await pipeline(req, createLimit(maxBytes), createWriteStream(path))
  } catch (error) {
    await remove()
    throw error
  }
  return { path, outputPath, [Symbol.asyncDispose]: remove }
}

function createLimit(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes <= maxBytes) return done(null, chunk)
      done(new AppError('UPLOAD_TOO_LARGE', `A picture may have at most ${maxBytes} bytes.`))
    },
  })
}
