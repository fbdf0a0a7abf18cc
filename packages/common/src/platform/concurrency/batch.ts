type BatchBounds = {
  readonly maxItems: number
  /** Time that a call waits for others, ms; undefined: until the end of the current event loop iteration. */
  readonly waitMs?: number
  /** Returns true if a failure concerns every item, so that asking each alone would not help. */
  readonly isOutage: (error: unknown) => boolean
}

export type BatchOptions<Item, Answer> = BatchBounds & {
  /** Answers several items at once, in their order. Has its own timeout. */
  readonly ask: (items: readonly Item[]) => Promise<readonly Answer[]>
}

export type WorkBatchOptions<Item> = BatchBounds & {
  /** Does the work of several items at once: all of it, or none. Has its own timeout. */
  readonly run: (items: readonly Item[]) => Promise<void>
}

type Call<Item, Answer> = {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Batches calls, because a call costs mostly its round trip. Each caller gets its own answer. If a batch fails because
 * of one item, each item is asked alone. Rejects with the error of `ask`.
 */
export function createBatch<Item, Answer>(
  options: BatchOptions<Item, Answer>,
): (item: Item) => Promise<Answer> {
  const { ask, maxItems, waitMs, isOutage } = options
  let waiting: Call<Item, Answer>[] = []
  let timer: NodeJS.Timeout | undefined

  function sendLater(): void {
    if (waitMs === undefined) setImmediate(send)
    else timer = setTimeout(send, waitMs)
  }

  function send(): void {
    clearTimeout(timer)
    const calls = waiting
    waiting = []
    if (calls.length > 0) void settle(calls)
  }

  async function settle(calls: readonly Call<Item, Answer>[]): Promise<void> {
    try {
      const answers = await ask(calls.map(({ item }) => item))
      if (answers.length !== calls.length) throw new Error('Not every item has an answer.')
      calls.forEach(({ resolve }, index) => resolve(answers[index] as Answer))
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
      if (waiting.length === 0) sendLater()
      waiting.push({ item, resolve, reject })
      if (waiting.length >= maxItems) send()
    })
}

/** Like `createBatch`, for work without an answer. */
export function createWorkBatch<Item>(
  options: WorkBatchOptions<Item>,
): (item: Item) => Promise<void> {
  const { run, ...bounds } = options
  return createBatch<Item, void>({
    ...bounds,
    async ask(items) {
      await run(items)
      return items.map(() => {})
    },
  })
}
