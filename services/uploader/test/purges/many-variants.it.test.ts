import { createBucket, startTestS3 } from '@iaas/testing/s3'
import { provideDatabase } from '@iaas/testing/postgres'
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'
import type { ObjectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { Purge } from '@iaas/common/ports/purges'
import { afterAll, expect, it } from '@jest/globals'
import { createPurgeRig } from './_rig.ts'

const perOriginal = 10
const originals = Number(process.env['PURGED_ORIGINALS'] ?? 30)
const links = originals * perOriginal

const database = await provideDatabase()
const s3 = await startTestS3()
const bucket = await createBucket(s3.url)
const variants = createS3VariantStore({ ...bucket, connections: 40 })

afterAll(async () => {
  variants.close()
  await s3[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

it(`purges ${links} variants of ${originals} originals from a bucket, and every count of the receipt is true`, async () => {
  await using rig = await createPurgeRig({ kind: 'postgres', url: database.url }, variants)
  const ids: ImageId[] = []
  for (let index = 0; index < originals; index += 1) {
    ids.push(await rig.plant(`original ${index}`, perOriginal))
  }
  const kept = await rig.plant('kept', perOriginal)
  const { rows } = await rig.sql('SELECT id, url FROM images')
  const keyOf = (url: unknown) => String(url).slice('https://cdn.example/'.length) as ObjectKey
  const calls = { delete: 0, has: 0, most: 0 }
  let running = 0
  async function count<T>(name: 'delete' | 'has', work: Promise<T>): Promise<T> {
    calls[name] += 1
    running += 1
    calls.most = Math.max(calls.most, running)
    return work.finally(() => (running -= 1))
  }
  await using _running = rig.start({
    delete: (key) => count('delete', variants.delete(key)),
    has: (key) => count('has', variants.has(key)),
  })
  const id = await rig.order({ selector: { ids } })
  const cpu = process.cpuUsage()
  const receipt = await rig.untilEnd(id, 300_000)
  const { user, system } = process.cpuUsage(cpu)
  if (process.env['PURGED_ORIGINALS'] !== undefined) report(receipt, (user + system) / 1e6)
  expect(receipt).toMatchObject({
    state: 'finished',
    failures: [],
    counts: { images: originals, links, objects: links, objects_later: 0, originals: 0 },
  })
  expect(calls).toEqual({ delete: links, has: links, most: expect.any(Number) })
  expect(calls.most).toBeLessThanOrEqual(16)
  const there: unknown[] = []
  // One after the other: ten thousand at once would run into the time limit of the store.
  for (const row of rows) if (await variants.has(keyOf(row['url']))) there.push(row['id'])
  expect(there).toEqual(Array(perOriginal).fill(kept))
  expect((await rig.sql('SELECT FROM images')).rowCount).toBe(perOriginal)
  expect((await rig.sql('SELECT FROM unlinked_objects')).rowCount).toBe(0)
}, 600_000)

/** Includes the processor time of the bucket, which is in this process. */
function report(receipt: Purge | undefined, cpuSeconds: number): void {
  const ms = (receipt?.finishedAt?.getTime() ?? 0) - (receipt?.startedAt?.getTime() ?? 0)
  process.stderr.write(
    `${links} variants: ${ms / 1000} s, ${cpuSeconds.toFixed(1)} s of processor time\n`,
  )
}
