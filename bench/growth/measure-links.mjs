import { createCdn } from '@iaas/common/cdn'
import { createSilentLogger } from '@iaas/common/log'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import pg from 'pg'
import { quantile } from '../measure/statistics.mjs'
import { say } from '../report/say.mjs'
import { linkPath, seedDatabase, toLinkVariant } from '../work/links.mjs'
import { assertIndexed } from './assert-indexed.mjs'

const cdn = createCdn('https://cdn.example.com/')
const warmUps = 200
const chunk = 1_000_000

/** Fills the table step by step, and looks links up at each of its sizes. */
export async function measureLinks(url, counts, lookups) {
  const figures = []
  const points = []
  for (const [at, count] of counts.entries()) {
    say(`  seeding ${count} links ...`)
    await seedBetween(url, counts[at - 1] ?? 0, count)
    const point = await timeLookups(url, count, lookups)
    points.push({ links: count, ...point })
    figures.push(
      { name: `lookup among ${count} links, p50`, value: point.p50Us, unit: 'µs' },
      { name: `lookup among ${count} links, p99`, value: point.p99Us, unit: 'µs' },
    )
  }
  const { plan, sizes } = await inspectTable(url)
  return { figures: [...figures, ...sizes], points, notes: [`The plan of a lookup: ${plan}.`] }
}

/** In parts, so that each is a transaction of a bearable size. */
async function seedBetween(url, from, to) {
  for (let first = from; first < to; first += chunk) {
    await seedDatabase(url, Math.min(chunk, to - first), first)
  }
}

async function timeLookups(url, count, lookups) {
  const db = createDatabase({ url, poolSize: 1, log: createSilentLogger() })
  const links = createPostgresLinkStore(db, { cdn })
  const timesUs = []
  try {
    for (let lookup = 0; lookup < warmUps + lookups; lookup += 1) {
      const variant = toLinkVariant(Math.floor(Math.random() * count))
      const startedAt = performance.now()
      const link = await links.find(variant)
      if (link === undefined) throw new Error(`${linkPath}: a link that was seeded is not found.`)
      if (lookup >= warmUps) timesUs.push((performance.now() - startedAt) * 1000)
    }
  } finally {
    await db.destroy()
  }
  return { p50Us: quantile(timesUs, 0.5), p99Us: quantile(timesUs, 0.99) }
}

async function inspectTable(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const plan = await assertIndexed(client)
    const { rows } = await client.query(
      `SELECT relname AS name, pg_relation_size(oid)::float8 AS bytes FROM pg_class
       WHERE oid = 'images'::regclass
         OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'images'::regclass)
       ORDER BY relname`,
    )
    const sizes = rows.map(({ name, bytes }) => ({ name, value: bytes / 2 ** 20, unit: 'MiB' }))
    return { plan, sizes }
  } finally {
    await client.end()
  }
}
