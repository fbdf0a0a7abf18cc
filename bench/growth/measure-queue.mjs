import { createPersistence } from '@iaas/queue/persistence'
import { createSilentLogger } from '@iaas/common/log'
import { median } from '../measure/statistics.mjs'
import { say } from '../report/say.mjs'
import { startProduct } from '../stage/product.mjs'
import { toLinkVariant } from '../work/links.mjs'

const atOnce = 64
const measured = 1000
const pageTimes = 5
const user = 'bench'
const password = 'bench-password'

/** Enqueues jobs until so many wait: what one costs, and what the page of the queues takes, at first and at the end. */
export async function measureQueue(closers, { backend, env, count }) {
  const api = closers.keep(
    await startProduct('api', { env: { ...env, ADMIN_USER: user, ADMIN_PASSWORD: password } }),
  )
  const persistence = createPersistence({ backend, log: createSilentLogger(), timeoutMs: 30_000 })
  closers.keep({ stop: () => persistence[Symbol.asyncDispose]() })
  await enqueue(persistence, 0, measured)
  const first = await enqueue(persistence, measured, measured)
  const firstPageMs = await timePage(api)
  say(`  enqueueing ${count} jobs into ${backend.kind} ...`)
  await enqueue(persistence, 2 * measured, count - 3 * measured)
  const last = await enqueue(persistence, count - measured, measured)
  const where = `in ${backend.kind === 'redis' ? 'Redis' : 'PostgreSQL'}`
  const figures = [
    [`enqueueing into a short queue ${where}`, first, 'ms each'],
    [`enqueueing behind ${count} jobs ${where}`, last, 'ms each'],
    [`page of a short queue ${where}`, firstPageMs, 'ms'],
    [`page of ${count} waiting jobs ${where}`, await timePage(api), 'ms'],
  ].map(([name, value, unit]) => ({ name, value, unit }))
  await api.stop()
  return figures
}

/** The time that one takes, some being on their way at once, ms. */
async function enqueue(persistence, first, count) {
  let next = first
  const work = async () => {
    while (next < first + count) {
      const number = next
      next += 1
      await persistence.schedule({ variant: toLinkVariant(number), renderedAt: 1_700_000_000_000 })
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: atOnce }, work))
  return (performance.now() - startedAt) / count
}

async function timePage({ admin }) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const times = []
  for (let time = 0; time < pageTimes; time += 1) {
    const startedAt = performance.now()
    const page = `${admin}/queues/api/queues?activeQueue=uploads&status=waiting&page=1`
    const answer = await fetch(page, { headers: { authorization } })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${page}: ${answer.status}`)
    times.push(performance.now() - startedAt)
  }
  return median(times)
}
