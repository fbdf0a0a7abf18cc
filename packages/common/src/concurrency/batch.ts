export type BatchOptions<Item> = {
  /** Does the work of several calls at once: all of it, or none. Has a deadline of its own. */
  readonly run: (items: readonly Item[]) => Promise<void>
  readonly maxItems: number
  /** How long a call waits for others, ms. 0: for those that are made in the same turn of the event loop. */
  readonly waitMs: number
  /** Whether a failure is that of every item, so that none of them would do better alone. */
  readonly isOutage: (error: unknown) => boolean
}

type Call<Item> = {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A function whose calls are worked off together. Each call gets its own result: when a batch fails because of one of its
 * items, each is tried alone.
 */
export function createBatch<Item>(options: BatchOptions<Item>): (item: Item) => Promise<void> {
  const { run, maxItems, waitMs, isOutage } = options
  let waiting: Call<Item>[] = []
  let timer: NodeJS.Timeout | undefined

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    const calls = waiting
    waiting = []
    void settle(calls)
  }

  async function settle(calls: readonly Call<Item>[]): Promise<void> {
    try {
      await run(calls.map(({ item }) => item))
      for (const { resolve } of calls) resolve()
    } catch (error) {
      if (calls.length > 1 && !isOutage(error)) {
        for (const call of calls) await settle([call])
      } else {
        for (const { reject } of calls) reject(error)
      }
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (waiting.length >= maxItems) send()
      else timer ??= setTimeout(send, waitMs)
    })
}
