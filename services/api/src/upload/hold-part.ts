import type { Readable } from 'node:stream'

type Outcomes = {
  /** The part has ended within the limit. */
  complete(content: Buffer): void
  /** The part exceeds the limit; the rest is still unread in the stream. */
  overflow(head: Buffer): void
}

/** Reads a part of a form into memory, up to `maxBytes`. */
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
