/** What has been started, ended in the reverse order. */
export function createClosers() {
  const closers = []
  return {
    /** Keeps a thing that has a `stop`, and gives it back. */
    keep(thing) {
      closers.push(() => thing.stop())
      return thing
    },
    async close() {
      while (closers.length > 0) await closers.pop()()
    },
  }
}

/** Gives `use` a place to keep what it starts, and ends all of it afterwards. */
export async function withClosers(use) {
  const closers = createClosers()
  try {
    return await use(closers)
  } finally {
    await closers.close()
  }
}
