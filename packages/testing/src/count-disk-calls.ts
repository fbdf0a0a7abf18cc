import { createHook } from 'node:async_hooks'

const types: ReadonlySet<string> = new Set(['FSREQCALLBACK', 'FSREQPROMISE', 'FILEHANDLECLOSEREQ'])

/** Counts the file system calls of some work. Each wakes a thread. */
export async function countDiskCalls(work: () => Promise<unknown>): Promise<number> {
  let calls = 0
  const hook = createHook({
    init(_id, type) {
      if (types.has(type)) calls += 1
    },
  })
  hook.enable()
  try {
    await work()
  } finally {
    hook.disable()
  }
  return calls
}
