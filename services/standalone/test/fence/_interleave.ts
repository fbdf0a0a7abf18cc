import { setTimeout as delay } from 'node:timers/promises'
import type { ImageReply } from '@iaas/api/image-reply'
import type { ImageContext } from '@iaas/api/image-context'
import type { openQueue } from '@iaas/queue/open-queue'
import { type ObjectKey, parseObjectKey } from '@iaas/common/digest'
import {
  type ImageId,
  type SizedRequest,
  defaultOptions,
  parseImageId,
  toVariant,
} from '@iaas/common/image'
import { keyOf } from '@iaas/stores/postgres/compact-link'
import { testCdn } from '@iaas/testing/cdn'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import type { ApiProcess } from './_process.ts'
import { type World, textOf } from './_world.ts'

export type Interleaving = {
  readonly world: World
  readonly processes: readonly ApiProcess[]
  readonly seed: number
}

export type Outcome = {
  readonly held: string
  /** False if no work came to the step. */
  readonly wasReached: boolean
  /** Everything older than the raise that was found after it was effective. */
  readonly survivors: readonly string[]
}

const context: Omit<ImageContext, 'signal'> = {
  accepted: [],
  headOnly: false,
  isFresh: () => false,
  client: () => 'test',
}
const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }

/**
 * Requests an image of every process, replaces it while one step is held, and requests it again. The step is let go once the raise
 * is committed, or once it is effective.
 */
export async function interleave({ world, processes, seed }: Interleaving): Promise<Outcome> {
  const id = parseImageId(`photo-${seed}`)
  const request = requestOf(id)
  world.lives.set(id, 1)
  world.know(toVariant(request, policy, []))
  const plan = world.gates.open(id, seed)
  const survivors: string[] = []
  let isEffective = false

  async function ask(process: ApiProcess, index: number): Promise<void> {
    const { signal } = new AbortController()
    const reply = await process.serve(request, { ...context, signal: () => signal })
    // Nothing of another task runs between the end of the answer and this line.
    if (!isEffective) return
    const text = await textOfReply(world, reply)
    if (text !== textOf(id, 2)) survivors.push(`process ${index} answered ${text} (${reply.kind})`)
  }
  const askAll = () =>
    Promise.all(
      processes.map(async (process, index) => {
        await delay(plan.random.below(8))
        await ask(process, index)
      }),
    )

  const first = askAll().then(askAll)
  let wasReached = false
  await Promise.race([plan.reached.then(() => (wasReached = true)), first.then(() => delay(300))])
  await delay(plan.random.below(10))
  world.lives.set(id, 2)
  const epoch = await world.epochs.raise([id], { unlink: true })
  const isReleasedEarly = plan.random.below(2) === 0
  if (isReleasedEarly) plan.release()
  await until(async () => (await world.epochs.waitingFor(epoch)).length === 0)
  isEffective = true
  const later = askAll()
  await delay(plan.random.below(20))
  plan.release()
  await Promise.all([first, later])
  await askAll()
  return { held: plan.held, wasReached, survivors }
}

/** Waits until the queues are empty, then returns the links that lead to an earlier life, or nowhere. */
export async function settle(
  world: World,
  opened: readonly ReturnType<typeof openQueue>[],
): Promise<readonly string[]> {
  const queues = await Promise.all(opened.map((queue) => queue.get()))
  await until(async () => {
    const counts = await Promise.all(
      queues.map((queue) =>
        queue.getJobCountByTypes('wait', 'active', 'delayed', 'waiting-children'),
      ),
    )
    return counts.every((count) => count === 0)
  })
  const { rows } = await query(
    world.url,
    `SELECT id, url, NULL AS file, epoch::int FROM images
     UNION ALL SELECT id, NULL, file, epoch::int FROM links`,
  )
  type Link = { readonly id: string; readonly url: string | null; readonly file: string }
  const links = rows as unknown as readonly (Link & { readonly epoch: number })[]
  return links.flatMap(({ id, url, file, epoch }) => {
    const text = textOfAddress(world, url ?? testCdn.address(keyOf({ id, file })))
    return text === textOf(id, 2) ? [] : [`${id} links to ${text} in epoch ${epoch}`]
  })
}

function requestOf(id: ImageId): SizedRequest {
  const options = defaultOptions
  return { kind: 'sized', id, width: 100, height: 80, scale: 1, format: 'jpg', options }
}

async function textOfReply(world: World, reply: ImageReply): Promise<string> {
  if (reply.kind === 'hit') return textOfAddress(world, reply.address)
  if (reply.kind === 'image') return Buffer.from(reply.bytes ?? '').toString()
  return reply.kind
}

function textOfAddress({ objects }: World, address: string): string {
  const key = parseObjectKey(new URL(address).pathname.slice(1)) as ObjectKey
  return Buffer.from(objects.get(key) ?? 'nothing').toString()
}
