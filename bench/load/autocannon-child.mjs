// Drives autocannon in a process of its own.
import autocannon from 'autocannon'

process.once('message', (options) => void drive(options))

async function drive({ base, path, first, count, connections, seconds }) {
  let asked = 0
  const setupRequest = (request) => {
    const number = first + (asked % count)
    asked += 1
    return { ...request, path: path.replace('%d', number) }
  }
  const result = await autocannon({
    url: base,
    connections,
    duration: seconds,
    requests: [{ method: 'GET', setupRequest }],
  })
  const answer = {
    perSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    requests: result.requests.total,
  }
  process.send(answer, () => process.disconnect())
}
