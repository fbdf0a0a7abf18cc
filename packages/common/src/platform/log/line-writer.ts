/** Writes lines in batches: one batch for each iteration of the event loop. */
export type LineWriter = (line: string) => void

/**
 * Creates a line writer.
 *
 * @param write writes one or more whole lines; a system call per line would cost more than most answers
 */
export function createLineWriter(write: (lines: string) => void): LineWriter {
  let pending = ''

  function flush(): void {
    const lines = pending
    pending = ''
    if (lines !== '') write(lines)
  }

  // Flushes the last batch when the process exits by itself.
  process.once('exit', flush)
  return (line) => {
    if (pending === '') setImmediate(flush)
    pending += `${line}\n`
  }
}
