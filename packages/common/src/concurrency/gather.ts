export type GatherOptions<Item, Answer> = {
  /** Answers several questions at once, in their order. Has a deadline of its own. */
  readonly ask: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly maxItems: number
  /** Whether a failure is that of every item, so that none of them would do better alone. */
  readonly isOutage: (error: unknown) => boolean
}

type Question<Item, Answer> = {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * A function whose calls of one turn of the event loop are asked together: what a question costs is mostly the way there
 * and back. Where that fails because of one of them, each is asked alone.
 */
export function createGather<Item, Answer>(
  options: GatherOptions<Item, Answer>,
): (item: Item) => Promise<Answer> {
  const { ask, maxItems, isOutage } = options
  let waiting: Question<Item, Answer>[] = []

  function send(): void {
    const questions = waiting
    waiting = []
    if (questions.length > 0) void settle(questions)
  }

  async function settle(questions: readonly Question<Item, Answer>[]): Promise<void> {
    try {
      const answers = await ask(questions.map(({ item }) => item))
      if (answers.length !== questions.length) throw new Error('Not every question has an answer.')
      questions.forEach(({ resolve }, index) => resolve(answers[index] as Answer))
    } catch (error) {
      if (questions.length > 1 && !isOutage(error)) {
        for (const question of questions) await settle([question])
      } else {
        for (const { reject } of questions) reject(error)
      }
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(send)
      waiting.push({ item, resolve, reject })
      if (waiting.length >= maxItems) send()
    })
}
