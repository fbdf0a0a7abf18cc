/** Tells whoever waits how far it is; the report itself goes to files and to the other stream. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}
