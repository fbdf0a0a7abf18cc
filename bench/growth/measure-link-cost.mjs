import { performance } from 'node:perf_hooks'
import { createCdn } from '@iaas/common/cdn'
import { parseImageUrl, toVariant } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import pg from 'pg'
import { quantile } from '../measure/statistics.mjs'
import { say } from '../report/say.mjs'

const cdn = createCdn('https://cdn.example.com/')
const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }
const chunk = 1_000_000
const warmUps = 500

/** The id of a numbered link: 16 random digits. */
const id = 'substr(md5(n::text), 1, 16)'
const digest = `encode(sha256(convert_to(${id}, 'UTF8')), 'hex')`
const file = `'400x300-clip-mx3swgrb-' || substr(md5('code' || n), 1, 16) || '.jpg'`

const forms = {
  long: {
    table: 'images',
    insert: `INSERT INTO images (id, x, y, fit, file_type, blur, quality, rendered_at, url)
      SELECT ${id}, 400, 300, 'clip', 'image/jpeg', false, -1, now(), 'https://cdn.example.com/' ||
        substr(${digest}, 1, 2) || '/' || substr(${digest}, 3, 2) || '/' || ${digest} || '/' || ${file}`,
  },
  short: {
    table: 'links',
    insert: `INSERT INTO links (image, variant, rendered_at, id, file)
      SELECT iaas_digest_of(${id}), iaas_digest_of('v1/jpg/clip/400x300/sharp/qauto/' || ${id}), now(), ${id}, ${file}`,
  },
}

/** Fills the table of a form, measures it and looks links up in it. */
export async function measureLinkCost(url, form, count, lookups) {
  const { table, insert } = forms[form]
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // The fence looks up two rows for each link, and there are none.
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
    for (let first = 0; first < count; first += chunk) {
      say(`  seeding links in the ${form} form from ${first} on ...`)
      const last = Math.min(first + chunk, count) - 1
      await client.query(`${insert} FROM generate_series($1::int, $2::int) AS n`, [first, last])
    }
    await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`)
    await client.query(`VACUUM ANALYZE ${table}`)
    const { rows } = await client.query(
      `SELECT pg_total_relation_size($1::regclass)::float8 AS total, pg_table_size($1::regclass)::float8 AS rows`,
      [table],
    )
    const ids = await client.query(
      `SELECT ${id} AS id FROM (SELECT floor(random() * $1)::int AS n FROM generate_series(1, $2)) AS drawn`,
      [count, lookups + warmUps],
    )
    await client.query('CHECKPOINT')
    const times = await timeLookups(url, ids.rows)
    const [{ total, rows: ofRows }] = rows
    return [
      { name: `${form} form: bytes of a link with its indexes`, value: total / count, unit: 'B' },
      { name: `${form} form: bytes of its row`, value: ofRows / count, unit: 'B' },
      { name: `${form} form: lookup, p50`, value: quantile(times, 0.5), unit: 'µs' },
      { name: `${form} form: lookup, p99`, value: quantile(times, 0.99), unit: 'µs' },
    ]
  } finally {
    await client.end()
  }
}

async function timeLookups(url, ids) {
  const db = createDatabase({
    url,
    poolSize: 1,
    // The first lookups may read from the disk.
    statementTimeoutMs: 60_000,
    log: createSilentLogger(),
  })
  const links = createPostgresLinkStore(db, { cdn })
  const timesUs = []
  try {
    for (const [at, { id: name }] of ids.entries()) {
      const request = parseImageUrl(`/${name}_400_300.jpg`, new URLSearchParams())
      const variant = toVariant(request, policy, [])
      const startedAt = performance.now()
      const link = await links.find(variant)
      if (link?.key === undefined) throw new Error(`The link of ${name} is not found.`)
      if (at >= warmUps) timesUs.push((performance.now() - startedAt) * 1000)
    }
  } finally {
    await db.destroy()
  }
  return timesUs
}
