import { open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { isDiskFailure } from '@iaas/common/disk/disk-errors'
import { createTemporaryFile } from '@iaas/common/disk/temporary-files'
import { AppError } from '@iaas/common/errors'
import { busy } from '@iaas/rendering/pool/admission'
import { createFairAdmission } from '@iaas/rendering/pool/fair-admission'
import type { Entrant } from '@iaas/rendering/pool/waiters'

/** A received image in a file, and the room reserved for its result. */
export type ReceivedImage = AsyncDisposable & {
  readonly path: string
  readonly outputPath: string
  /** Bytes that came before the image. */
  readonly front: Buffer
}

/** Names the sender of a body, and the number of bytes that come before the image. */
export type Arriving = Pick<Entrant, 'lane' | 'client'> & { readonly frontBytes?: number }

export type InboxOptions = {
  /** Folder of received images; memory-backed if possible. */
  readonly dir: string
  /** Largest image, bytes. */
  readonly maxBytes: number
  /** Most bytes of all received images. A single image may exceed it. */
  readonly roomBytes: number
  /** Most requests that may wait for room, unread. */
  readonly queueLimit: number
  /** Longest wait for room, ms. */
  readonly queueTimeoutMs: number
}

export type Inbox = {
  /**
   * Writes the body of a request to a file once there is room for it. Keeps the bytes before the image in memory.
   *
   * @throws AppError UPLOAD_TOO_LARGE; RENDERER_BUSY if there is no room in time; the reason of the signal
   */
  receive(req: IncomingMessage, arriving: Arriving, signal: AbortSignal): Promise<ReceivedImage>
}

/** Receives images within a bound of bytes, however many are sent. */
export function createInbox(options: InboxOptions): Inbox {
  const { dir, maxBytes, roomBytes, queueLimit, queueTimeoutMs } = options
  const ingestCapacity = Math.ceil(roomBytes / 2)
  const room = createFairAdmission({
    capacity: roomBytes,
    ingestCapacity,
    queueLimit,
    maxWaitMs: queueTimeoutMs,
  })
  return {
    async receive(req, { lane, client, frontBytes = 0 }, signal) {
      const bytes = Number(req.headers['content-length'] ?? maxBytes)
      if (bytes > maxBytes + frontBytes) throw tooLarge(maxBytes)
      const share = Math.min(bytes, lane === 'ingest' ? ingestCapacity : roomBytes)
      const leave = await room.enter({ share, lane, client }, signal)
      try {
        const image = await createReceivedImage(dir, leave)
        const front = await write(req, image, { maxBytes, frontBytes })
        return { ...image, front }
      } catch (error) {
        leave()
        throw isDiskFailure(error) ? busy(error) : error
      }
    },
  }
}

async function createReceivedImage(
  dir: string,
  leave: () => void,
): Promise<Omit<ReceivedImage, 'front'>> {
  const image = await createTemporaryFile(dir)
  const output = await createTemporaryFile(dir)
  return {
    path: image.path,
    outputPath: output.path,
    async [Symbol.asyncDispose]() {
      await Promise.all([image, output].map((file) => file[Symbol.asyncDispose]()))
      leave()
    },
  }
}

/**
 * Stops reading a body that is too large without destroying the request, so that it can still be answered.
 *
 * @returns the bytes before those of the image
 */
async function write(
  req: IncomingMessage,
  image: Omit<ReceivedImage, 'front'>,
  { maxBytes, frontBytes }: Pick<InboxOptions, 'maxBytes'> & { readonly frontBytes: number },
): Promise<Buffer> {
  const front = Buffer.alloc(frontBytes)
  try {
    await using file = await open(image.path, 'wx')
    let bytes = 0
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const copied = bytes < frontBytes ? chunk.copy(front, bytes) : 0
      bytes += chunk.length
      if (bytes > maxBytes + frontBytes) throw tooLarge(maxBytes)
      if (copied < chunk.length) await file.writeFile(chunk.subarray(copied))
    }
    return front
  } catch (error) {
    await image[Symbol.asyncDispose]()
    throw error
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('UPLOAD_TOO_LARGE', `An image may have at most ${maxBytes} bytes.`)
}
