import { open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { translateDiskErrors } from '@iaas/common/disk/disk-errors'
import { createAdmission } from '../pool/admission.ts'

export type AnswerBodiesOptions = {
  /** Maximum bytes of bodies read into memory at once. A single body may exceed it. */
  readonly maxBytes: number
  /** Maximum wait of a body for room, ms. */
  readonly maxWaitMs: number
}

/** Reads the bodies of answers. A body that is not read to its end makes the connection unusable. */
export type AnswerBodies = {
  /**
   * Reads a body into memory as soon as there is room for it.
   *
   * @param mostBytes length of the longest valid body
   * @throws AppError RENDERER_BUSY; Error for a body that is too long or incomplete; the reason of `signal`
   */
  read(res: IncomingMessage, mostBytes: number, signal?: AbortSignal): Promise<Buffer>
}

/** Largest body that needs no room: a connection buffers as much. */
const smallBytes = 64 * 1024
const maxWaiting = 1000

/** Admits the bytes of answers before they are read. */
export function createAnswerBodies({ maxBytes, maxWaitMs }: AnswerBodiesOptions): AnswerBodies {
  const room = createAdmission({
    capacity: maxBytes,
    queueLimit: maxWaiting,
    queueTimeoutMs: maxWaitMs,
  })
  return {
    async read(res, mostBytes, signal) {
      const limit = announcedBytes(res) ?? Math.min(mostBytes, maxBytes)
      if (limit > mostBytes) throw tooLong()
      if (limit <= smallBytes) return collect(res, limit)
      const leave = await unhurried(res, room.enter(Math.min(limit, maxBytes), signal))
      try {
        return await collect(res, limit)
      } finally {
        leave()
      }
    },
  }
}

/**
 * Writes a body to a file, durably, chunk by chunk.
 *
 * @throws AppError STORE_UNAVAILABLE; Error if the body is incomplete
 */
export async function saveBody(res: IncomingMessage, path: string): Promise<void> {
  await using file = await translateDiskErrors(open(path, 'w'))
  for await (const chunk of res) {
    await unhurried(res, translateDiskErrors(file.writeFile(chunk as Buffer)))
  }
  await translateDiskErrors(file.sync())
}

function announcedBytes({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** Disables the timeout of the connection while the body waits for this process. */
async function unhurried<T>({ socket }: IncomingMessage, work: Promise<T>): Promise<T> {
  const timeoutMs = socket.timeout ?? 0
  socket.setTimeout(0)
  try {
    return await work
  } finally {
    socket.setTimeout(timeoutMs)
  }
}

/** Reads into one buffer: joining chunks at the end would take twice the memory. */
async function collect(res: IncomingMessage, limit: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(limit)
  let bytes = 0
  for await (const chunk of res as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > limit) throw tooLong()
    bytes += chunk.copy(whole, bytes)
  }
  return whole.subarray(0, bytes)
}

function tooLong(): Error {
  return new Error('The answer is longer than it may be.')
}
