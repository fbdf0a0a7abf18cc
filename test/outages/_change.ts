import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '@iaas/testing/random'
import { type Answer, json } from '../support/http.ts'
import type { Balance } from './_balance.ts'
import { drawImage } from './_coloured-images.ts'
import { type Face, type Life, createLife } from './_life.ts'
import { callApi } from './_management.ts'
import { followReceipt } from './_receipts.ts'
import type { Witness } from './_witness.ts'

type Change = 'replace' | 'purge' | 'purge now' | 'delete'

const changes = ['replace', 'replace', 'purge', 'purge now'] as const
const mostChanges = 5
/** Versions of an image are fewer. */
export const mostVersions = mostChanges + 1
const longestPauseMs = 600

/** Clients of the management API: each image is created, changed and perhaps deleted by a plan that only the seed decides. */
export function createChanges(balance: Balance, random: Random, witness: Witness) {
  let serial = 0

  async function liveOne(isOver: () => boolean): Promise<void> {
    const plan = drawPlan()
    const life = createLife(`life-${(serial += 1)}`)
    if (!(await put(life, 1))) return
    witness.lives.push(life)
    for (const [index, { change, pauseMs }] of plan.entries()) {
      await delay(pauseMs)
      if (isOver()) return
      if (change === 'replace') await put(life, index + 2)
      else await order(life, change)
    }
  }

  function drawPlan(): readonly { readonly change: Change; readonly pauseMs: number }[] {
    const drawn: Change[] = Array.from({ length: random.below(mostChanges) }, () =>
      random.pick(changes),
    )
    const plan = random.below(3) === 0 ? drawn : [...drawn, 'delete' as const]
    return plan.map((change) => ({ change, pauseMs: random.below(longestPauseMs) }))
  }

  /** Uploads a version. Resolves to true if it may be there afterwards. */
  async function put(life: Life, version: number): Promise<boolean> {
    const face: Face = `v${version}`
    const body = await drawVersion(life.id, face)
    const old = [...life.seen]
    life.allow(face)
    const answer = await balance.send('write', (base, signal) =>
      callApi(base, `/originals/${life.id}?replace=true`, {
        method: 'PUT',
        headers: { 'Content-Length': `${body.length}` },
        body,
        signal,
      }),
    )
    count('put', answer, [200, 201, 409, 503])
    if (answer?.status !== 200 && answer?.status !== 201) return answer?.status !== 409
    life.ban(old)
    life.settle(face)
    return true
  }

  async function order(life: Life, change: Exclude<Change, 'replace'>): Promise<void> {
    const old = [...life.seen]
    const endRemoval = change === 'purge' ? () => {} : life.remove()
    if (change === 'delete') life.allow('gone')
    const answer = await balance.send('write', (base, signal) =>
      change === 'delete'
        ? callApi(base, `/originals/${life.id}`, { method: 'DELETE', signal })
        : callApi(base, '/purges', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ ids: [life.id], now: change === 'purge now' }),
            signal,
          }),
    )
    count(change, answer, change === 'delete' ? [200, 202, 404, 410, 503] : [200, 202, 503])
    // An order without an answer may be carried out at any time.
    if (answer?.status !== 200 && answer?.status !== 202) return
    const receipt = String(json(answer)['id'])
    life.receipts.push(receipt)
    const effective = () => {
      life.ban(old)
      if (change === 'delete') life.settle('gone')
    }
    witness.followed.push(followReceipt(balance, receipt, { effective, finished: endRemoval }))
  }

  function count(what: string, answer: Answer | undefined, allowed: readonly number[]): void {
    balance.count(`${what} ${answer?.status}`)
    if (answer === undefined || allowed.includes(answer.status)) return
    witness.wrong.push(balance.describe(what, answer))
  }

  return { liveOne }
}

/** Returns the name from which the colour of a version is made. */
export function nameOf(id: string, face: Face): string {
  return `${id} ${face}`
}

/** Draws the image that a client uploads as a version, the same bytes each time. */
export function drawVersion(id: string, face: Face): Promise<Buffer> {
  return drawImage(nameOf(id, face), 60, 40)
}
