import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether two secrets are the same, in a time that tells nothing of either. */
export function equalSecrets(expected: string, received: string): boolean {
  return timingSafeEqual(hash(expected), hash(received))
}

/** Equal lengths, so that the comparison takes the same time whatever was sent. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
