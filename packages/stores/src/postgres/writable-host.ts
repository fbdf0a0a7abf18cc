import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Place } from '@iaas/common/config/places'
import { describeRefusal } from './describe-refusal.ts'
import { ignoreConnectionErrors } from './ignore-connection-errors.ts'

/** Timeout of a host's connection and of each of its answers, ms. */
const hostLimitMs = 1000
/** Wait for the other hosts after one that accepts writes, ms. */
const graceMs = 100

/** A host that accepts writes, and its timeline, which each promotion raises. */
type Writable = { readonly host: Place; readonly timeline: string }

/** Code of a server that only reads. */
export const readOnlyCode = '25006'

/**
 * Asks all hosts at once which of them accepts writes. If several do, an old primary has come back after a promotion:
 * the one on the newest timeline is chosen, then the first of the list.
 *
 * @param toConfig returns the connection to a host
 * @throws Error if none does: the refusal of a host that an operator must see to, otherwise with `readOnlyCode`
 */
export async function findWritableHost(
  hosts: readonly Place[],
  toConfig: (host: Place) => pg.ClientConfig,
): Promise<Place> {
  const answers: Writable[] = []
  const errors: unknown[] = []
  const asked = hosts.map(async (host) => {
    try {
      const answer = await askHost(host, toConfig(host))
      if (answer !== undefined) answers.push(answer)
      return answer !== undefined
    } catch (error) {
      errors.push(error)
      return false
    }
  })
  await Promise.race([Promise.all(asked), anyTrue(asked).then(() => delay(graceMs))])
  const newest = answers
    .map(({ timeline }) => timeline)
    .toSorted()
    .at(-1)
  const isBest = (host: Place) =>
    answers.some((answer) => answer.host === host && answer.timeline === newest)
  const chosen = hosts.find(isBest)
  if (chosen !== undefined) return chosen
  throw errors.find(isRefusal) ?? noneWrites(errors[0])
}

/** Returns true for the refusal of a host that an operator must see to. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && describeRefusal(error) !== undefined
}

/** Resolves once one of them is true; never if none is. */
function anyTrue(promises: readonly Promise<boolean>[]): Promise<void> {
  return new Promise((resolve) => {
    for (const promise of promises) void promise.then((isTrue) => isTrue && resolve())
  })
}

function noneWrites(cause: unknown): Error {
  const error = new Error('No host of the database accepts writes.', { cause })
  return Object.assign(error, { code: readOnlyCode })
}

/** Returns undefined for a host that only reads. */
async function askHost(host: Place, config: pg.ClientConfig): Promise<Writable | undefined> {
  const client = new pg.Client({
    ...config,
    connectionTimeoutMillis: hostLimitMs,
    query_timeout: hostLimitMs,
    application_name: 'iaas-hosts',
  })
  ignoreConnectionErrors(client)
  try {
    await client.connect()
    const { rows } = await client.query<{ writes: boolean }>(
      `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writes`,
    )
    if (rows[0]?.writes !== true) return undefined
    return { host, timeline: await readTimeline(client) }
  } finally {
    client.end().catch(() => {})
  }
}

/** Returns the timeline as text that sorts like it; empty on servers that do not tell it. */
async function readTimeline(client: pg.Client): Promise<string> {
  const sql = 'SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline'
  try {
    const { rows } = await client.query<{ timeline: string }>(sql)
    return rows[0]?.timeline ?? ''
  } catch {
    return ''
  }
}
