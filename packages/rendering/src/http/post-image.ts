import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { errorCode } from '@iaas/common/disk/disk-errors'
import { AppError } from '@iaas/common/errors'

/** Silence after which a renderer counts as hung, ms. It sends "102 Processing" while it works (`heartbeatMs`). */
const silenceMs = 1500

/** Round-robin over connections, so that all replicas behind one name get their share. */
const agent = new Agent({
  keepAlive: true,
  scheduling: 'fifo',
  maxFreeSockets: 64,
  timeout: silenceMs,
})

export type PostImageOptions<Result> = {
  readonly target: string
  /** Path of the image. */
  readonly file: string
  /** Sent before the image. */
  readonly before?: readonly Uint8Array[]
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
  /** Called when the answer begins; its body is unread. */
  readonly take: (res: IncomingMessage) => Promise<Result>
}

/**
 * Posts the file of an image. Resolves to the result of `take`.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, STORE_UNAVAILABLE; Error if the connection is lost or silent; errors of `take`
 */
export async function postImage<Result>({
  target,
  file,
  before = [],
  headers,
  signal,
  take,
}: PostImageOptions<Result>): Promise<Result> {
  await using image = await openImageFile(file)
  const { size } = await image.stat()
  const bytes = before.reduce((sum, { length }) => sum + length, size)
  const req = request(target, {
    method: 'POST',
    agent,
    timeout: silenceMs,
    headers: { ...headers, 'Content-Length': bytes },
    ...(signal && { signal }),
  })
  // Once the answer has begun, the response reports errors of the connection.
  req.on('error', () => {})
  req.once('timeout', () => req.destroy(new Error(`No sign of life in ${silenceMs} ms.`)))
  const answered = once(req, 'response') as Promise<[IncomingMessage]>
  const sending = new AbortController()
  for (const part of before) req.write(part)
  const sent = pipeline(image.createReadStream({ autoClose: false }), req, {
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
  take: PostImageOptions<Result>['take'],
): Promise<Result> {
  try {
    return await take(res)
  } catch (error) {
    res.destroy()
    throw error
  }
}

async function openImageFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.', { cause })
    }
    throw new AppError('STORE_UNAVAILABLE', 'The image cannot be read now.', { cause })
  }
}
