import type { Readable } from 'node:stream'

/**
 * Resolves once the first bytes of a stream, or its end, can be read. Later errors are kept for the reader. Destroys a
 * stream that fails before that.
 */
export function untilReadable(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    // Until there is a reader, nothing else handles an error, which would end the process.
    stream.on('error', reject)
    // An empty stream emits only `end`.
    stream.once('readable', resolve).once('end', resolve)
  })
}
