import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from '@iaas/common/log'
import type { ImageId } from '@iaas/common/image'
import type { Epoch, EpochFeed, EpochFollower, RaisedEpoch } from '@iaas/common/ports/epochs'
import { keepListening } from './keep-listening.ts'
import { globalId } from './raise-epochs.ts'

export type EpochFeedOptions = {
  readonly url: string
  /** Name of this process in the table `api_processes`. */
  readonly process: string
  readonly log: Logger
}

const channel = 'iaas_epochs'
const beatEveryMs = 5000
/** Time for which a process trusts its caches after a beat, ms. Less than `processCountsSeconds`. */
const trustMs = 25_000
/** Pause after catching up, as a multiple of the time that it took: acting walks through all cached links. */
const restPerAct = 9
const longestRestMs = 300

type Row = { readonly id: string; readonly epoch: number; readonly is_gone: boolean }

/** Registers the process, or renews it. The clock is that of the database. */
const beat = `INSERT INTO api_processes (id, started_at, seen_at, acked_epoch) VALUES ($1, now(), now(), $2)
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, acked_epoch = excluded.acked_epoch`

/** Raises of the last ten minutes: nothing that was cached before is left. The newest one tells how far this is. */
const news = `SELECT id, epoch::float8 AS epoch, is_gone FROM epochs
  WHERE epoch > $1 AND (raised_at > now() - interval '10 minutes' OR id = '${globalId}'
    OR epoch = (SELECT max(epoch) FROM epochs)) ORDER BY epochs.epoch`

const sweep = `DELETE FROM api_processes WHERE seen_at < now() - interval '1 hour'`

/**
 * Follows the table `epochs`. A notification only says that there is something to read, so nothing is lost with one; the beat
 * reads as well.
 */
export function createPostgresEpochFeed(options: EpochFeedOptions): EpochFeed {
  const { url, process, log } = options

  /** Reads and acts on what was raised since `seen`. Registers first: a raise waits for the process before it has read. */
  async function catchUp(client: pg.Client, seen: Epoch, follower: EpochFollower): Promise<Epoch> {
    const startedAt = performance.now()
    await client.query(beat, [process, seen])
    const { rows } = await client.query<Row>(news, [seen])
    const newest = rows.at(-1)?.epoch ?? seen
    if (rows.length > 0) {
      follower.act(rows.map(toRaised))
      await client.query(beat, [process, newest])
    }
    follower.trust(startedAt + trustMs)
    return newest
  }

  /** Catches up at once, then after each notification and each beat. */
  async function follow(client: pg.Client, signal: AbortSignal, follower: EpochFollower) {
    let wake = new AbortController()
    const wakeUp = () => wake.abort()
    client.on('notification', wakeUp)
    signal.addEventListener('abort', wakeUp)
    await client.query(sweep)
    // From the beginning, since a restored database has lower epochs than before.
    for (let seen = 0; !signal.aborted;) {
      wake = new AbortController()
      const startedAt = performance.now()
      seen = await catchUp(client, seen, follower)
      await rest(Math.min(longestRestMs, restPerAct * (performance.now() - startedAt)), signal)
      await rest(beatEveryMs, wake.signal)
    }
    await client.query('DELETE FROM api_processes WHERE id = $1', [process])
  }

  return {
    subscribe(follower) {
      const stop = new AbortController()
      const { signal } = stop
      const running = keepListening({
        url,
        channel,
        name: 'iaas-epochs',
        follow: (client) => follow(client, signal, follower),
        signal,
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

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}

function toRaised({ id, epoch, is_gone: isGone }: Row): RaisedEpoch {
  return { id: id === globalId ? undefined : (id as ImageId), epoch, isGone }
}
