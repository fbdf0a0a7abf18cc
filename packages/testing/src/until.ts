import { setTimeout as delay } from 'node:timers/promises'

/** Waits until a condition holds. @throws Error if it does not within `limitMs` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs = 45_000,
): Promise<void> {
  for (const giveUpAt = Date.now() + limitMs; !(await condition());) {
    if (Date.now() > giveUpAt)
      throw new Error(`Not true within ${limitMs} ms: ${condition.toString()}`)
    await delay(20)
  }
}
