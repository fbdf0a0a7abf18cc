import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { errorCode } from '@iaas/common/disk/disk-errors'
import { AppError } from '@iaas/common/errors'

/** A renderer says "102 Processing" while it works (`heartbeatMs`): one that is silent for longer hangs. */
const silenceMs = 1500

/** Connections in turn, so that the replicas behind one name all get their share. */
const agent = new Agent({
  keepAlive: true,
  scheduling: 'fifo',
  maxFreeSockets: 64,
  timeout: silenceMs,
})

export type PictureRequest<Result> = {
  readonly target: string
  /** The path of the picture. */
  readonly file: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
  /** Takes the answer as soon as it begins; its body is unread. */
  readonly take: (res: IncomingMessage) => Promise<Result>
}

/**
 * Sends the file of a picture. Resolves to what `take` makes of the answer.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, STORE_UNAVAILABLE; Error where the connection is lost or falls silent; what `take` throws
 */
export async function postPicture<Result>({
  target,
  file,
  headers,
  signal,
  take,
}: PictureRequest<Result>): Promise<Result> {
  await using picture = await openPicture(file)
  const { size } = await picture.stat()
  const req = request(target, {
    method: 'POST',
    agent,
    timeout: silenceMs,
    headers: { ...headers, 'Content-Length': size },
    ...(signal && { signal }),
  })
  // After the answer has begun, what happens to the connection is told by the answer.
  req.on('error', () => {})
  req.once('timeout', () => req.destroy(new Error(`No sign of life in ${silenceMs} ms.`)))
  const answered = once(req, 'response') as Promise<[IncomingMessage]>
  const sending = new AbortController()
  const sent = pipeline(picture.createReadStream({ autoClose: false }), req, {
    signal: sending.signal,
  }).catch(() => {})
  try {
    const [res] = await answered
    return await takeWhole(res, take)
  } finally {
    sending.abort()
    await sent
  }
}

async function takeWhole<Result>(
  res: IncomingMessage,
  take: PictureRequest<Result>['take'],
): Promise<Result> {
  try {
    return await take(res)
  } catch (error) {
    res.destroy()
    throw error
  }
}

async function openPicture(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.', { cause })
    }
    throw new AppError('STORE_UNAVAILABLE', 'The image cannot be read now.', { cause })
  }
}
