import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const lookEveryMs = 20
const limitMs = 300_000

/**
 * Waits until so many links are recorded.
 *
 * @returns how many are recorded by second, from the first that is seen on
 */
export async function timeLinks(url, count) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    let first
    for (const giveUpAt = Date.now() + limitMs; Date.now() < giveUpAt; await delay(lookEveryMs)) {
      const { rows } = await client.query('SELECT count(*)::int AS links FROM images')
      const now = { links: rows[0].links, at: performance.now() }
      if (now.links > 0) first ??= now
      if (now.links >= count) return ((now.links - first.links) * 1000) / (now.at - first.at)
    }
    throw new Error(`Not all ${count} links were recorded within ${limitMs} ms.`)
  } finally {
    await client.end()
  }
}

/** Forgets all of them. */
export async function clearLinks(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('TRUNCATE images')
  await client.end()
}
