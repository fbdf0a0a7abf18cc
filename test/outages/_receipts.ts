import { setTimeout as delay } from 'node:timers/promises'
import { json } from '../support/http.ts'
import type { Balance } from './_balance.ts'
import { type Receipt, callApi } from './_management.ts'

const pollMs = 300
const finishedWithinMs = 240_000

/** Returns true once everything is removed. A purge with `now` lists once more after the longest time of a late put. */
export function isCarriedOut({ state }: Pick<Receipt, 'state'>): boolean {
  return state === 'verifying' || state === 'finished'
}

/** Tells once that a purge is in effect, and resolves to its receipt once everything is removed; to a description if that takes too long. */
export async function followReceipt(
  balance: Balance,
  id: string,
  on: { readonly effective: () => void; readonly finished: () => void },
): Promise<Receipt | string> {
  const giveUpAt = Date.now() + finishedWithinMs
  let isEffective = false
  let last = 'no answer'
  while (Date.now() < giveUpAt) {
    const answer = await balance.send('read', (base, signal) =>
      callApi(base, `/purges/${id}`, { signal }),
    )
    if (answer !== undefined) last = answer.body.toString()
    if (answer?.status === 200) {
      const receipt = json(answer) as Receipt
      if (receipt.effective_at !== null && !isEffective) {
        isEffective = true
        on.effective()
      }
      if (isCarriedOut(receipt)) {
        on.finished()
        return receipt
      }
    }
    await delay(pollMs)
  }
  return last
}
