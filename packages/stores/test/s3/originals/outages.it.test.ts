import { readFile, rm, writeFile } from 'node:fs/promises'
import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { createBucket, startTestS3 } from '@iaas/testing/s3'
import { afterAll, describe, expect, it } from '@jest/globals'
import { openGate } from './_gate.ts'
import { openTestOriginals } from './_open.ts'

const s3 = await startTestS3({ conditions: 'ignored' })
afterAll(() => s3[Symbol.asyncDispose]())

const id = parseImageId('photo')
const unavailable = { code: 'STORE_UNAVAILABLE' }

async function plant(originals: OriginalStore, content = 'content'): Promise<OriginalRef> {
  await using file = await originals.createTemporary()
  await writeFile(file.path, content)
  return await originals.put(id, file)
}

async function read(originals: OriginalStore): Promise<string | undefined> {
  const original = await originals.find(id)
  if (original === undefined) return undefined
  await using file = await originals.open(original)
  return await readFile(file.path, 'utf8')
}

/** Two machines on one bucket, each with a cache of its own, the second one behind a gate. */
async function openTwo() {
  const one = await openTestOriginals(s3.url)
  const gated = await openGate(s3.url)
  const server = { ...one.server, endpoint: gated.url }
  const two = await openTestOriginals(s3.url, { server })
  return {
    one,
    two,
    gate: gated.gate,
    asked: gated.asked,
    server,
    async [Symbol.asyncDispose]() {
      for (const each of [one, two, gated]) await each[Symbol.asyncDispose]()
    },
  }
}

describe('originals in a bucket', () => {
  it('are found by a machine that shares nothing with the one that stored them', async () => {
    await using opened = await openTwo()
    const original = await plant(opened.one.originals)
    expect(await opened.two.originals.find(id)).toEqual(original)
    expect(await read(opened.two.originals)).toBe('content')
  })

  it('R77 are downloaded once, however many ask for one at the same time', async () => {
    await using opened = await openTwo()
    const original = await plant(opened.one.originals)
    const files = await Promise.all(
      Array.from({ length: 30 }, () => opened.two.originals.open(original)),
    )
    for (const file of files) {
      expect(await readFile(file.path, 'utf8')).toBe('content')
      await file[Symbol.asyncDispose]()
    }
    const bytes = opened.asked.filter((each) => each.endsWith(original.version))
    expect(bytes).toHaveLength(1)
  })

  it('F54 are answered from the cache while the bucket is away, also after a restart; others are refused until it is back', async () => {
    await using opened = await openTwo()
    const { one, two, gate, server } = opened
    await plant(one.originals)
    expect(await read(two.originals)).toBe('content')
    gate.isAway = true
    expect(await read(two.originals)).toBe('content')
    await using restarted = await openTestOriginals(s3.url, { server, cacheDir: two.cacheDir })
    expect(await read(restarted.originals)).toBe('content')
    await rm(two.cacheDir, { recursive: true })
    await expect(read(restarted.originals)).rejects.toMatchObject(unavailable)
    gate.isAway = false
    expect(await read(restarted.originals)).toBe('content')
  })

  it('F54 are not answered from the cache once they were raised, so that no deleted one comes back', async () => {
    await using opened = await openTwo()
    const { one, two, gate } = opened
    await plant(one.originals)
    expect(await read(two.originals)).toBe('content')
    gate.isAway = true
    await one.originals.delete(id, { keepGone: true })
    two.follower?.act([{ id, epoch: 1, isGone: true }])
    await expect(read(two.originals)).rejects.toMatchObject(unavailable)
    gate.isAway = false
    await expect(read(two.originals)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
  })

  it('T71 are not stored if the bucket has other bytes than were sent', async () => {
    await using opened = await openTwo()
    const { one, two, gate } = opened
    gate.isDamaging = true
    await expect(plant(two.originals)).rejects.toMatchObject(unavailable)
    expect(await one.originals.find(id)).toBeUndefined()
    gate.isDamaging = false
    await plant(two.originals)
    expect(await read(one.originals)).toBe('content')
  })

  it('are kept apart from those of another folder in one bucket', async () => {
    const server = await createBucket(s3.url)
    await using one = await openTestOriginals(s3.url, { server, prefix: 'one' })
    await using other = await openTestOriginals(s3.url, { server, prefix: 'other' })
    await plant(one.originals)
    expect(await other.originals.isEmpty()).toBe(true)
    expect(await other.originals.find(id)).toBeUndefined()
  })
})
