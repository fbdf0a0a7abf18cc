import { makePhoto } from '@iaas/testing/images/make-photo'
import { ask, getToken, store, upload } from '../support/http.ts'

/** What came of requests, by their kind and status. */
export type Tally = ReadonlyMap<string, number>

export type Load = {
  /** How many requests are over. */
  readonly done: number
  /** Ends it, and waits for what is in flight. */
  stop(): Promise<Tally>
}

/** Stores a photo, and asks for it: new variants, variants that are stored, the original, and new uploads. */
export async function startLoad(base: string, id: string): Promise<Load> {
  const photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
  await store(base, id, photo)
  await ask(base, `/${id}_20_20.jpg`)
  const tally = new Map<string, number>()
  const ending = new AbortController()
  let done = 0
  let serial = 0

  const kinds: Readonly<Record<string, () => Promise<number>>> = {
    async miss() {
      serial += 1
      return (
        await ask(base, `/${id}_${100 + (serial % 1800)}_${50 + Math.floor(serial / 1800)}.jpg`)
      ).status
    },
    hit: async () => (await ask(base, `/${id}_20_20.jpg`)).status,
    original: async () => (await ask(base, `/${id}.jpg`)).status,
    async upload() {
      serial += 1
      const name = `${id}-upload-${serial}`
      return (await upload(base, name, await getToken(base, name), photo)).status
    },
  }

  async function repeat(kind: string, work: () => Promise<number>): Promise<void> {
    while (!ending.signal.aborted) {
      const result = await work().catch((error: unknown) => String(error))
      const key = `${kind} ${result}`
      tally.set(key, (tally.get(key) ?? 0) + 1)
      done += 1
    }
  }

  const workers = Promise.all(Object.entries(kinds).map(([kind, work]) => repeat(kind, work)))
  return {
    get done() {
      return done
    },
    async stop() {
      ending.abort()
      await workers
      return tally
    },
  }
}

/** What was neither served nor redirected. */
export function failuresOf(tally: Tally): Readonly<Record<string, number>> {
  return Object.fromEntries([...tally].filter(([key]) => !/ (?:200|307)$/.test(key)))
}
