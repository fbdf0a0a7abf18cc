import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares two secrets in constant time. */
export function equalSecrets(expected: string, received: string): boolean {
  return timingSafeEqual(hash(expected), hash(received))
}

/** Hashes to equal lengths, so that the comparison takes the same time for any input. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
