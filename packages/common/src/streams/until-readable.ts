import type { Readable } from 'node:stream'

/**
 * Resolves once the first bytes of a stream can be read, or its end. Errors that follow are kept for the reader. A stream that
 * fails before that is destroyed.
 */
export function untilReadable(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    // Until somebody reads, nobody else hears of an error, which would end the process.
    stream.on('error', reject)
    // An empty stream only ends.
    stream.once('readable', resolve).once('end', resolve)
  })
}
