import { readdirSync, readFileSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import type { Deployed } from '../support/deployed.ts'
import { listFiles } from '../support/files.ts'
import { ask } from '../support/http.ts'
import { digestOfPath } from '../support/variants.ts'
import { type Wanted, findProblem } from './_chaos-load.ts'
import { findWrongChanges } from './_changed-images.ts'
import { type Scene, apisOf } from './_scene.ts'

/** A job may be waiting for its next attempt, or for the lock of an uploader that was killed, ms. */
const healedWithinMs = 240_000
const sweptWithinMs = 15_000
const most = { megabytes: 400, descriptors: 200 } as const

/** What each api takes of the machine while it is under load. */
export function measure({ fleet }: Scene) {
  return apisOf(fleet).map(({ stack }) => ({
    megabytes: readMegabytes(stack.process.pid),
    descriptors: readdirSync(`/proc/${stack.process.pid}/fd`).length,
  }))
}

/** Waits until everything has healed, as far as it does, and tells what does not hold then. */
export async function findViolations(scene: Scene, usage: ReturnType<typeof measure>) {
  const { fleet, witness, deployed } = scene
  await ageLeftovers(scene)
  for (const member of fleet.members) {
    if (member.service !== 'renderer') await fleet.restart(member, 'SIGTERM')
  }
  const unstored = await waitUntilStored(scene)
  const changes = await findWrongChanges(scene)
  const links = await readLinks(deployed)
  return {
    wrong: witness.wrong,
    lost: await findLost(scene),
    unstored,
    badLinks: await findBadLinks(links),
    doubleLinks: links.length - new Set(links.map(({ key }) => key)).size,
    leftovers: await findLeftovers(scene),
    changes,
    unexpectedEnds: fleet.unexpected,
    overUse: usage.filter(
      ({ megabytes, descriptors }) => megabytes > most.megabytes || descriptors > most.descriptors,
    ),
  }
}

/** Every variant that anyone asked for is stored in the end, and what its link leads to is there. */
async function waitUntilStored(scene: Scene): Promise<readonly string[]> {
  const { fleet, witness } = scene
  const waiting = new Set(witness.asked)
  const [api] = apisOf(fleet)
  await until(async () => {
    for (const path of waiting) {
      const { status, headers } = await ask(api?.stack.base ?? '', path)
      if (status === 307 && (await fetch(headers.location ?? '')).ok) waiting.delete(path)
    }
    return waiting.size === 0
  }, healedWithinMs).catch(() => {})
  return Promise.all([...waiting].map((path) => explainUnstored(scene, path)))
}

/** A variant with what lies in Redis of it: its rendition, its lease, its jobs. */
async function explainUnstored({ deployed, fleet }: Scene, path: string): Promise<string> {
  const { status } = await ask(apisOf(fleet)[0]?.stack.base ?? '', path)
  const found = await deployed.redis.tell(`*${digestOfPath(path)}*`)
  return [`${path}: ${status}`, ...found].join('\n')
}

/** Uploads that were answered 200 and are not there, byte for byte, whichever api is asked. */
async function findLost({ fleet, witness }: Scene): Promise<readonly string[]> {
  const lost: string[] = []
  for (const { stack } of apisOf(fleet)) {
    for (const [id, bytes] of witness.kept) {
      const { status, body } = await ask(stack.base, `/${id}.jpg`)
      if (status !== 200 || !body.equals(bytes)) lost.push(`${id}: ${status}`)
    }
  }
  return lost
}

type Row = Wanted & { readonly key: string; readonly url: string }

async function readLinks({ databaseUrl }: Deployed): Promise<readonly Row[]> {
  const { rows } = await query(databaseUrl, `SELECT * FROM images WHERE id LIKE 'chaos-%'`)
  return rows.map((row) => ({
    id: String(row['id']),
    box: Number(row['x']),
    format: String(row['file_type']).replace('image/', '').replace('jpeg', 'jpg'),
    url: String(row['url']),
    key: ['id', 'x', 'y', 'fit', 'file_type', 'blur', 'quality']
      .map((column) => String(row[column]))
      .join(' '),
  }))
}

/** Every link leads to the right image. */
async function findBadLinks(links: readonly Row[]): Promise<readonly string[]> {
  const bad: string[] = []
  for (const link of links) {
    const answer = await fetch(link.url)
    const bytes = Buffer.from(await answer.arrayBuffer())
    const problem = answer.ok ? await findProblem(bytes, link) : `${answer.status}`
    if (problem !== undefined) bad.push(`${link.key}: ${problem}`)
  }
  return bad
}

/** Makes what processes have left behind that were killed so old that it must be swept. */
async function ageLeftovers({ originalsDir, deployed }: Scene): Promise<void> {
  const old = new Date(Date.now() - 60 * 60_000)
  for (const file of await listFiles(incomingOf(originalsDir))) await utimes(file, old, old)
  const age = `UPDATE tokens SET claimed_at = claimed_at - claim_lease - interval '1 second' WHERE ${claimed}`
  await query(deployed.databaseUrl, age)
}

const claimed = 'used = 1 AND uploaded_at IS NULL'

/** Temporary files, claims of uploads that will never end, and renditions that wait for nothing. */
async function findLeftovers({ originalsDir, deployed, fleet }: Scene) {
  const look = async () => {
    const sql = `SELECT count(*)::int AS claims FROM tokens WHERE ${claimed}`
    const { rows } = await query(deployed.databaseUrl, sql)
    const files = (await listFiles(incomingOf(originalsDir))).length
    const spooled = await deployed.redis.countSorted('iaas:spool-expiries')
    return { files, claims: Number(rows[0]?.['claims']), spooled }
  }
  const isClean = (found: Awaited<ReturnType<typeof look>>) =>
    // What an api has spooled and did not queue before it was killed waits for a request, or its end.
    found.files === 0 && found.claims === 0 && found.spooled <= fleet.ended()
  await until(async () => isClean(await look()), sweptWithinMs).catch(() => {})
  const found = await look()
  return isClean(found) ? [] : [found]
}

function incomingOf(originalsDir: string): string {
  return join(originalsDir, '.incoming')
}

function readMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
}
