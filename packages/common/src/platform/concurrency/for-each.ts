import { createBound } from './bounded.ts'

export type Outcomes<Item, Result> = {
  readonly results: readonly Result[]
  readonly failed: ReadonlyMap<Item, Error>
}

/** Does work for each item, bounded over all calls. Never rejects. */
export type ForEach = <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
) => Promise<Outcomes<Item, Result>>

export function createForEach(maxAtOnce: number): ForEach {
  const bounded = createBound({
    maxAtOnce,
    maxWaitMs: 2 ** 31 - 1,
    refusal: () => new Error('The work did not begin.'),
  })
  return async function forEach<Item, Result>(
    items: readonly Item[],
    work: (item: Item) => Promise<Result>,
  ) {
    const results: Result[] = []
    const failed = new Map<Item, Error>()
    const doOne = async (item: Item) => {
      try {
        results.push(await bounded(() => work(item)))
      } catch (error) {
        failed.set(item, error instanceof Error ? error : new Error(String(error)))
      }
    }
    await Promise.all(items.map(doOne))
    return { results, failed }
  }
}
