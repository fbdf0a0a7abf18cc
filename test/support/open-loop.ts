import { once } from 'node:events'
import { Agent, type IncomingMessage, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** What came of a request. `status` 0: the connection was refused or lost. */
export type Shot = { readonly status: number; readonly ms: number; readonly retryAfter: boolean }

export type OpenLoopOptions = {
  readonly base: string
  /** Requests a second, whatever becomes of those before. */
  readonly rate: number
  readonly seconds: number
  readonly nextPath: () => string
}

/** Asks at a steady rate, as a crowd does: nobody waits for the answers of others. */
export async function shoot(options: OpenLoopOptions): Promise<readonly Shot[]> {
  const { base, rate, seconds, nextPath } = options
  const total = Math.round(rate * seconds)
  const startedAt = performance.now()
  const shots: Promise<Shot>[] = []
  while (shots.length < total) {
    const due = Math.min(total, ((performance.now() - startedAt) / 1000) * rate)
    while (shots.length < due) shots.push(takeShot(base, nextPath()))
    await delay(5)
  }
  return Promise.all(shots)
}

/** Asks again and again, so many at a time: what the service can do when it is not hurried. */
export async function saturate(
  options: Omit<OpenLoopOptions, 'rate'> & { readonly clients: number },
): Promise<readonly Shot[]> {
  const { base, seconds, nextPath, clients } = options
  const until = performance.now() + seconds * 1000
  const shots: Shot[] = []
  const keepAsking = async () => {
    while (performance.now() < until) shots.push(await takeShot(base, nextPath()))
  }
  await Promise.all(Array.from({ length: clients }, keepAsking))
  return shots
}

/** The crowd shares the machine with the service: it asks on connections that stay, and throws away what it gets. */
const agent = new Agent({ keepAlive: true })

async function takeShot(base: string, path: string): Promise<Shot> {
  const startedAt = performance.now()
  const elapsed = () => performance.now() - startedAt
  try {
    const [answer] = (await once(get(`${base}${path}`, { agent }), 'response')) as [IncomingMessage]
    await once(answer.resume(), 'end')
    const { statusCode: status = 0, headers } = answer
    return { status, ms: elapsed(), retryAfter: headers['retry-after'] !== undefined }
  } catch {
    return { status: 0, ms: elapsed(), retryAfter: false }
  }
}

export function percentile(shots: readonly Shot[], share: number): number {
  const times = shots.map(({ ms }) => ms).toSorted((one, other) => one - other)
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
}
