import type { Readable } from 'node:stream'

type Outcomes = {
  /** The part has ended; its content is not longer than the limit. */
  complete(content: Buffer): void
  /** The part is longer. Its rest is still to be read from the stream. */
  overflow(head: Buffer): void
}

/** Reads a part of a form into memory, as long as it is not longer than `maxBytes`. */
export function holdPart(part: Readable, maxBytes: number, outcomes: Outcomes): void {
  const chunks: Buffer[] = []
  let bytes = 0

  function hold(chunk: Buffer): void {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes <= maxBytes) return
    part.off('data', hold).off('end', complete)
    outcomes.overflow(Buffer.concat(chunks))
  }

  function complete(): void {
    outcomes.complete(Buffer.concat(chunks))
  }

  part.on('data', hold).once('end', complete)
}
