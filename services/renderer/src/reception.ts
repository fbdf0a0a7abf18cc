import { open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { isDiskFailure } from '@iaas/common/disk/disk-errors'
import { createTemporaryFile } from '@iaas/common/disk/temporary-files'
import { AppError } from '@iaas/common/errors'
import { busy } from '@iaas/rendering/pool/admission'
import { createFairAdmission } from '@iaas/rendering/pool/fair-admission'
import type { Entrant } from '@iaas/rendering/pool/waiters'

/** A picture that lies in a file as long as it is being worked on, with room beside it for another. */
export type ReceivedPicture = AsyncDisposable & {
  readonly path: string
  readonly outputPath: string
}

export type ReceptionOptions = {
  /** Where pictures lie while they are worked on; memory-backed where that can be. */
  readonly dir: string
  /** The largest picture, bytes. */
  readonly maxBytes: number
  /** What those that lie there may have together, bytes. One may lie there whatever it has. */
  readonly roomBytes: number
  /** How many may wait for room, unread. */
  readonly queueLimit: number
  /** How long one waits at the most, ms. */
  readonly queueTimeoutMs: number
}

export type Reception = {
  /**
   * Writes the body of a request to a file, as soon as there is room for it.
   *
   * @throws AppError UPLOAD_TOO_LARGE; RENDERER_BUSY where too much lies there; the reason of the signal
   */
  receive(
    req: IncomingMessage,
    entrant: Pick<Entrant, 'lane' | 'client'>,
    signal: AbortSignal,
  ): Promise<ReceivedPicture>
}

/** Takes in the pictures that are sent here: no more at once than there is room for, however many are sent. */
export function createReception(options: ReceptionOptions): Reception {
  const { dir, maxBytes, roomBytes, queueLimit, queueTimeoutMs } = options
  const ingestCapacity = Math.ceil(roomBytes / 2)
  const room = createFairAdmission({
    capacity: roomBytes,
    ingestCapacity,
    queueLimit,
    maxWaitMs: queueTimeoutMs,
  })
  return {
    async receive(req, { lane, client }, signal) {
      const bytes = Number(req.headers['content-length'] ?? maxBytes)
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      const share = Math.min(bytes, lane === 'ingest' ? ingestCapacity : roomBytes)
      const leave = await room.enter({ share, lane, client }, signal)
      try {
        const picture = await createPicture(dir, leave)
        await write(req, picture, maxBytes)
        return picture
      } catch (error) {
        leave()
        throw isDiskFailure(error) ? busy(error) : error
      }
    },
  }
}

async function createPicture(dir: string, leave: () => void): Promise<ReceivedPicture> {
  const picture = await createTemporaryFile(dir)
  const output = await createTemporaryFile(dir)
  return {
    path: picture.path,
    outputPath: output.path,
    async [Symbol.asyncDispose]() {
      await Promise.all([picture, output].map((file) => file[Symbol.asyncDispose]()))
      leave()
    },
  }
}

/** A body that is too large leaves the request whole, so that it can still be answered. */
async function write(
  req: IncomingMessage,
  picture: ReceivedPicture,
  maxBytes: number,
): Promise<void> {
  try {
    await using file = await open(picture.path, 'wx')
    let bytes = 0
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      await file.writeFile(chunk)
    }
  } catch (error) {
    await picture[Symbol.asyncDispose]()
    throw error
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('UPLOAD_TOO_LARGE', `An image may have at most ${maxBytes} bytes.`)
}
