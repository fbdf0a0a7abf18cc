import { readFile } from 'node:fs/promises'
import { imageFolder } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import type { Deployed } from '../support/deployed.ts'
import { listFiles } from '../support/files.ts'
import { ask, json } from '../support/http.ts'
import { drawVersion, mostVersions } from './_change.ts'
import { type Scene, apisOf } from './_scene.ts'
import type { Life } from './_life.ts'
import { type Receipt, callApi } from './_management.ts'
import { isCarriedOut } from './_receipts.ts'
import { findFault } from './_watch.ts'

/** Images that are deleted at the end, when nothing fails any more, so that each count of their receipts is known. */
const mostDeletedLast = 3
const storedWithinMs = 60_000

/** Finds what does not hold of images that were replaced, purged and deleted, once everything has healed. */
export async function findWrongChanges(scene: Scene): Promise<readonly string[]> {
  const { lives, followed } = scene.witness
  const receipts = await Promise.all(followed)
  const inOrder = receipts.flatMap((receipt) => checkReceipt(receipt))
  const counted: string[] = []
  const alive = lives.filter(({ faces }) => isOnly(faces, 'v')).slice(0, mostDeletedLast)
  for (const life of alive) counted.push(...(await deleteCounted(scene, life)))
  const found: string[] = []
  for (const life of lives) found.push(...(await checkLife(scene, life)))
  return [...inOrder, ...counted, ...found]
}

function checkReceipt(receipt: Receipt | string): readonly string[] {
  if (typeof receipt === 'string') return [`not finished: ${receipt}`]
  const { kind, counts, effective_at: effectiveAt, finished_at: finishedAt } = receipt
  const holds = {
    'names one image': counts['images'] === 1,
    'counts at most one original': (counts['originals'] ?? 0) <= (kind === 'delete' ? 1 : 0),
    'waits for nobody': receipt.waiting_for.length === 0,
    'took effect before its end':
      receipt.created_at <= (effectiveAt ?? '') && (effectiveAt ?? '~') <= (finishedAt ?? '~'),
  }
  return Object.entries(holds)
    .filter(([, holdsTrue]) => !holdsTrue)
    .map(([claim]) => `no receipt that ${claim}: ${JSON.stringify(receipt)}`)
}

/** Stores two variants of an image, deletes it, and compares the receipt with the database and the bucket. */
async function deleteCounted(scene: Scene, life: Life): Promise<readonly string[]> {
  const { deployed, fleet } = scene
  const [api] = apisOf(fleet)
  const base = api?.stack.base ?? ''
  for (const path of [`/${life.id}_33_33.jpg?fit=crop`, `/${life.id}_34_34.webp?fit=crop`]) {
    life.asked.add(path)
    await until(async () => {
      const { status, headers } = await ask(base, path)
      const { location = '' } = headers
      if (status !== 307 || !(await fetch(location)).ok) return false
      life.seen.add(location)
      return true
    }, storedWithinMs)
  }
  const links = await countLinks(deployed, life.id)
  const before = await listObjects(deployed, life.id)
  const answer = await callApi(base, `/originals/${life.id}?wait=60`, { method: 'DELETE' })
  life.settle('gone')
  const receipt = json(answer) as Receipt
  const removed = before.length - (await listObjects(deployed, life.id)).length
  const expected = { images: 1, links, objects: removed, originals: 1, jobs: 0, spool: 0 }
  const differs = Object.entries(expected).some(([kind, count]) => receipt.counts[kind] !== count)
  return isCarriedOut(receipt) && !differs
    ? []
    : [`a receipt of ${JSON.stringify(expected)}: ${answer.body.toString()}`]
}

/** Finds wrong answers of each api, and what is left of an image that is gone. */
async function checkLife(scene: Scene, life: Life): Promise<readonly string[]> {
  const found: string[] = []
  for (const { stack } of apisOf(scene.fleet)) {
    for (const path of life.asked) {
      const read = life.read()
      const fault = await findFault(life, read, await ask(stack.base, path))
      read.end()
      if (fault !== undefined) found.push(`${path}: ${fault}`)
    }
  }
  return isOnly(life.faces, 'gone') ? [...found, ...(await findRemains(scene, life))] : found
}

async function findRemains({ deployed, originalsDir }: Scene, life: Life) {
  const links = await countLinks(deployed, life.id)
  const objects = await listObjects(deployed, life.id)
  const known = [...life.seen].filter((url) => objects.some((key) => url.endsWith(key)))
  const versions = await Promise.all(
    Array.from({ length: mostVersions }, (_, index) => drawVersion(life.id, `v${index + 1}`)),
  )
  const files = await listFiles(originalsDir)
  const contents = await Promise.all(
    files.map((file) => readFile(file).catch(() => Buffer.alloc(0))),
  )
  const kept = contents.filter((bytes) => versions.some((version) => version.equals(bytes)))
  return [
    ...(links > 0 ? [`${life.id}: ${links} links of a deleted image`] : []),
    ...(kept.length > 0 ? [`${life.id}: ${kept.length} originals of a deleted image`] : []),
    ...known.map((url) => `${life.id}: ${url} of a deleted image`),
  ]
}

async function countLinks({ databaseUrl }: Deployed, id: string): Promise<number> {
  const sql = `SELECT count(*)::int AS links FROM images WHERE id = '${id}'`
  return Number((await query(databaseUrl, sql)).rows[0]?.['links'])
}

async function listObjects({ bucketUrl }: Deployed, id: string): Promise<readonly string[]> {
  const prefix = `${imageFolder(parseImageId(id))}/`
  const answer = await fetch(`${bucketUrl}?list-type=2&prefix=${encodeURIComponent(prefix)}`)
  if (!answer.ok) throw new Error(`The bucket is not listed: ${answer.status}`)
  return [...(await answer.text()).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key)
}

function isOnly(faces: Life['faces'], kind: string): boolean {
  return faces.size === 1 && [...faces].every((face) => face.startsWith(kind))
}
