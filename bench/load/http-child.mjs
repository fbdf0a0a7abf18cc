// Requests images, in a process of its own, so that its work is not charged to the server. It is told what to ask for by a
// message, and answers with one.
import { openConnection } from './connection.mjs'

process.once('message', (work) => void askForAll(work))

async function askForAll({ base, paths, concurrency, headers }) {
  const run = { latenciesMs: [], statuses: {}, bytes: 0 }
  let next = 0
  const ask = async (connection) => {
    while (next < paths.length) {
      const path = paths[next]
      next += 1
      const askedAt = performance.now()
      const { status, bytes } = await connection.get(path)
      run.latenciesMs.push(performance.now() - askedAt)
      run.statuses[status] = (run.statuses[status] ?? 0) + 1
      run.bytes += bytes
    }
    connection.close()
  }
  const connections = await Promise.all(
    Array.from({ length: concurrency }, () => openConnection(base, headers)),
  )
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(connections.map(ask))
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  process.send({ ...run, seconds, generatorCpuSeconds: (user + system) / 1e6 }, () =>
    process.disconnect(),
  )
}
