import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '@iaas/common/log'
import { toConnection } from './connection.ts'

export type ListenerOptions = {
  readonly url: string
  readonly channel: string
  /** Name of the connection, and of the listener in the log. */
  readonly name: string
  /**
   * Works with each new connection, which already listens, until the signal aborts. The connection is opened again if this
   * rejects.
   */
  readonly follow: (client: pg.Client) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

const longestPauseMs = 5000
/** Timeout of a statement, ms. A connection whose server is gone without a word is given up then. */
const answerLimitMs = 2000

/** Listens to a channel on a connection of its own until the signal aborts. Opens it again whenever it is lost. */
export async function keepListening(options: ListenerOptions): Promise<void> {
  const { name, follow, signal, log } = options
  for (let failures = 0; !signal.aborted;) {
    try {
      const client = await listen(options)
      failures = 0
      try {
        await Promise.race([once(client, 'end'), follow(client)])
      } finally {
        await client.end().catch(() => {})
      }
    } catch (error) {
      failures += 1
      log.debug('listener not available', { listener: name, error })
    }
    const pauseMs = Math.min(longestPauseMs, 100 * 2 ** failures) * (0.5 + Math.random() / 2)
    await delay(pauseMs, undefined, { signal }).catch(() => {})
  }
}

async function listen({ url, channel, name, log }: ListenerOptions): Promise<pg.Client> {
  const client = new pg.Client({
    ...toConnection(url),
    connectionTimeoutMillis: 2000,
    query_timeout: answerLimitMs,
    keepAlive: true,
    application_name: name,
  })
  client.on('error', (error) => log.warn('listener interrupted', { listener: name, error }))
  try {
    await client.connect()
    await client.query(`LISTEN ${channel}`)
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** Resolves once the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
}
