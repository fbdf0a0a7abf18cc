import type { Receipt } from './_management.ts'
import type { Life } from './_life.ts'

/** Everything that clients have seen, and that must hold ever after. */
export type Witness = {
  /** Uploads that were answered 200, by id. */
  readonly kept: Map<string, Buffer>
  /** Variants that were requested. */
  readonly asked: Set<string>
  /** Images that are replaced, purged and deleted. */
  readonly lives: Life[]
  /** Receipts in the order of their purges; a text describes one that took too long. */
  readonly followed: Promise<Receipt | string>[]
  readonly counts: Map<string, number>
  /** Answers that break the contract. */
  readonly wrong: string[]
  slowestMs: number
}

export function createWitness(): Witness {
  return {
    kept: new Map(),
    asked: new Set(),
    lives: [],
    followed: [],
    counts: new Map(),
    wrong: [],
    slowestMs: 0,
  }
}
