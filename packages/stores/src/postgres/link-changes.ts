import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import type { Logger } from '@iaas/common/log'
import type { LinkChanges } from '@iaas/common/ports/link-store'
import { toConnection } from './connection.ts'
import {
  type LinkColumns,
  hasHashedOptions,
  keyOfColumns,
  linkColumnNames,
  linkColumns,
} from './link-row.ts'

const channel = 'iaas_links'
const longestPauseMs = 5000

const schemas = { text: z.string(), int: z.number(), boolean: z.boolean() } as const

/** Columns of a row as the trigger sends them. */
const payloadSchema = z.object(
  Object.fromEntries(linkColumnNames.map((name) => [name, schemas[linkColumns[name]]])),
) as unknown as z.ZodType<LinkColumns>

export type LinkChangesOptions = { readonly url: string; readonly log: Logger }

/** Listens to the trigger on `images`, on its own connection, which is reopened whenever it is lost. */
export function createPostgresLinkChanges({ url, log }: LinkChangesOptions): LinkChanges {
  async function listen(onKey: (payload: string | undefined) => void): Promise<pg.Client> {
    const client = new pg.Client({
      ...toConnection(url),
      connectionTimeoutMillis: 2000,
      keepAlive: true,
      application_name: 'iaas-link-changes',
    })
    client.on('error', (error) => log.warn('link changes interrupted', { error }))
    client.on('notification', ({ payload }) => onKey(payload))
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
      return client
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
  }

  return {
    async subscribe(onChange, onGap) {
      const stop = new AbortController()
      const onKey = (payload: string | undefined) => {
        const columns = payloadSchema.safeParse(parseJson(payload ?? ''))
        if (!columns.success) return
        // The key of a row with hashed options is not known, so every cached link may be the one.
        if (hasHashedOptions(columns.data)) return onGap()
        const key = keyOfColumns(columns.data)
        if (key !== undefined) onChange(key)
      }
      const running = keepListening({
        listen: () => listen(onKey),
        onGap,
        signal: stop.signal,
        log,
      })
      return {
        async [Symbol.asyncDispose]() {
          stop.abort()
          await running
        },
      }
    },
  }
}

type ListenerOptions = {
  readonly listen: () => Promise<pg.Client>
  readonly onGap: () => void
  readonly signal: AbortSignal
  readonly log: Logger
}

async function keepListening({ listen, onGap, signal, log }: ListenerOptions): Promise<void> {
  for (let failures = 0, connections = 0; !signal.aborted;) {
    try {
      const client = await listen()
      if (connections > 0) onGap()
      connections += 1
      failures = 0
      await untilEnd(client, signal)
    } catch (error) {
      failures += 1
      log.debug('link changes not available', { error })
    }
    const pauseMs = Math.min(longestPauseMs, 100 * 2 ** failures) * (0.5 + Math.random() / 2)
    await delay(pauseMs, undefined, { signal }).catch(() => {})
  }
}

/** Resolves once the connection is lost, or closes it when the signal aborts. */
async function untilEnd(client: pg.Client, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  await new Promise<void>((resolve) => {
    client.once('end', resolve)
    // The signal outlives every connection, so its listener must be removed.
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal })
    if (signal.aborted) resolve()
  })
  over.abort()
  await client.end().catch(() => {})
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
