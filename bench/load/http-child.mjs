// What asks for pictures: a process of its own, so that its work is not the server's. It is told what to ask for by a
// message, and answers with one.
import { Agent, get } from 'node:http'

process.once('message', (work) => void askForAll(work))

async function askForAll({ base, paths, concurrency, headers }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const run = { latenciesMs: [], statuses: {}, bytes: 0 }
  let next = 0
  const ask = async () => {
    while (next < paths.length) {
      const path = paths[next]
      next += 1
      await fetchOnce(`${base}${path}`, { agent, headers }, run)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: concurrency }, ask))
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage()
  agent.destroy()
  process.send({ ...run, seconds, generatorCpuSeconds: (user + system) / 1e6 }, () =>
    process.disconnect(),
  )
}

function fetchOnce(url, options, run) {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      response.on('data', (chunk) => (run.bytes += chunk.length))
      response.on('error', reject)
      response.on('end', () => {
        run.latenciesMs.push(performance.now() - startedAt)
        run.statuses[response.statusCode] = (run.statuses[response.statusCode] ?? 0) + 1
        resolve()
      })
    })
    request.on('error', reject)
  })
}
