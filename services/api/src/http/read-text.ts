import type { IncomingMessage } from 'node:http'
import { AppError } from '@iaas/common/errors'

/**
 * Reads a small body. Rejects before reading if the announced length is too large, otherwise at the first excess byte. The
 * caller handles the unread rest.
 *
 * @throws AppError UPLOAD_TOO_LARGE; the error of the request if the client leaves
 */
export function readText(req: IncomingMessage, maxBytes: number): Promise<string> {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(refuse(maxBytes))
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    req.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > maxBytes) reject(refuse(maxBytes))
      else pieces.push(piece)
    })
    req.once('error', reject).once('end', () => resolve(Buffer.concat(pieces).toString()))
  })
}

function refuse(maxBytes: number): AppError {
  return new AppError('UPLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes.`)
}
