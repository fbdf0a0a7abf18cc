import { hash, timingSafeEqual } from 'node:crypto'
import type { ApiKey } from './config.ts'

/** Returns the key whose text was received. */
export type FindKey = (received: string) => ApiKey | undefined

/** Compares with every key in constant time, so that the time reveals neither a key nor which one matches. */
export function createFindKey(keys: readonly ApiKey[]): FindKey {
  const digests = keys.map(({ sha256 }) => Buffer.from(sha256, 'hex'))
  return (received) => {
    const digest = hash('sha256', received, 'buffer')
    const matches = digests.map((known) => timingSafeEqual(known, digest))
    return keys[matches.indexOf(true)]
  }
}
