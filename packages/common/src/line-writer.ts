/** Writes lines in batches: all those of one turn of the event loop together. */
export type LineWriter = (line: string) => void

/**
 * @param write takes one or more whole lines; a write a line costs more than most answers do
 */
export function createLineWriter(write: (lines: string) => void): LineWriter {
  let pending = ''

  function flush(): void {
    const lines = pending
    pending = ''
    if (lines !== '') write(lines)
  }

  // Lines of the last turn of a process that ends by itself.
  process.once('exit', flush)
  return (line) => {
    if (pending === '') setImmediate(flush)
    pending += `${line}\n`
  }
}
