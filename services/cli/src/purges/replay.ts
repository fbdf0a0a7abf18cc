import { setTimeout as delay } from 'node:timers/promises'
import type { ImageId } from '@iaas/common/image'
import type { DeletionLog } from '@iaas/common/ports/deletion-log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import {
  type Purge,
  type PurgeId,
  type PurgeOptions,
  type Purges,
  isRemoved,
} from '@iaas/common/ports/purges'
import { planReplay } from './plan-replay.ts'

export type ReplayOptions = {
  readonly logs: readonly DeletionLog[]
  readonly originals: Pick<OriginalStore, 'find'>
  readonly purges: Pick<Purges, 'create' | 'find'>
  readonly isDryRun: boolean
  readonly print: (line: string) => void
}

/** Name in the receipts. No key of the management API has a space in its name. */
const who = 'iaas purges replay'
const maxIds = 1000
const askEveryMs = 500
/** Options by kind of image. Nothing is left for clients that remember a redirect. */
const options = {
  taken: { delete: true, now: true, keep_seconds: 0 },
  freed: { delete: true, free_id: true, now: true, keep_seconds: 0 },
  reused: { now: true, keep_seconds: 0 },
} as const satisfies Record<string, PurgeOptions>

/**
 * Repeats the deletions of all logs, and enters each in every log. The uploaders do the work. Resolves once everything is removed, or a purge has failed.
 * May be repeated.
 */
export async function replay({ logs, originals, purges, isDryRun, print }: ReplayOptions) {
  const plan = await planReplay(logs, originals)
  print(
    `${plan.deletions.length} deletions: ${plan.taken.length} ids stay taken, ${plan.freed.length} are free, ${plan.reused.length} have another image since.`,
  )
  if (isDryRun) return
  for (const log of logs) for (const deletion of plan.deletions) await log.add(deletion)
  const started: PurgeId[] = []
  for (const kind of ['taken', 'freed', 'reused'] as const) {
    for (const ids of chunk(plan[kind])) {
      const { purge } = await purges.create({ who, selector: { ids }, options: options[kind] })
      started.push(purge.id)
      print(`purge ${purge.id} has begun, ${ids.length} ids`)
    }
  }
  if (started.length > 0) print('Uploaders do the work, whether or not this command waits.')
  for (const id of started) print(describe(await untilEnd(purges, id)))
}

function* chunk(ids: readonly ImageId[]): Generator<readonly ImageId[]> {
  for (let from = 0; from < ids.length; from += maxIds) yield ids.slice(from, from + maxIds)
}

async function untilEnd(purges: Pick<Purges, 'find'>, id: PurgeId): Promise<Purge> {
  for (;;) {
    const purge = await purges.find(id)
    if (purge === undefined) throw new Error(`The purge ${id} is gone from the database.`)
    if (isRemoved(purge) || purge.state === 'failed') return purge
    await delay(askEveryMs)
  }
}

function describe(purge: Purge): string {
  const { id, counts } = purge
  const { originals, links, objects } = counts
  const state = isRemoved(purge) ? 'is carried out' : 'failed'
  return `purge ${id} ${state}: ${originals} originals, ${links} links and ${objects} objects removed`
}
