/** The health check of a container: exit code 0 where the address in the first argument answers well within 2 s. */
const [address = ''] = process.argv.slice(2)

const isWell = await fetch(address, { signal: AbortSignal.timeout(2000) }).then(
  (answer) => answer.ok,
  () => false,
)
process.exitCode = isWell ? 0 : 1
