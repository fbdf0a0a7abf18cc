import { describe, expect, it } from '@jest/globals'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { type ImageId, parseImageId } from '@iaas/common/image'
import { type OriginalRef, originalKey } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { itReplacesOriginals } from './replacing.ts'
import { itKeepsVersions } from './versions.ts'

/** Opens an empty store that keeps this many older versions; none by default. */
export type OpenOriginalStore = (
  keepVersions?: number,
) => Promise<AsyncDisposable & { readonly originals: OriginalStore }>

/** Ids that make bad file names, including the longest. */
const awkwardIds = [
  'plain',
  'Ünïcödé 図',
  'with space & %2F',
  'CON',
  'a.jpg',
  'ab',
  '-rf',
  '*',
  'x'.repeat(255),
  '図'.repeat(255),
].map((id) => parseImageId(id))

async function read(originals: OriginalStore, id: ImageId): Promise<string | undefined> {
  const original = await originals.find(id)
  if (original === undefined) return undefined
  await using file = await originals.open(original)
  return await readFile(file.path, 'utf8')
}

/** Stores an original that must not exist yet. */
async function plant(originals: OriginalStore, id: ImageId, content: string): Promise<OriginalRef> {
  await using file = await originals.createTemporary()
  await writeFile(file.path, content)
  return await originals.put(id, file)
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** @param rounds number of races of each kind; fewer for a store whose every step is a request */
export function describeOriginalStore(
  name: string,
  open: OpenOriginalStore,
  { rounds = 20 }: { readonly rounds?: number } = {},
): void {
  describe(`${name} keeps to the contract of an original store`, () => {
    it('finds each original under its id, whatever characters that has', async () => {
      await using opened = await open()
      const { originals } = opened
      for (const id of awkwardIds) expect(await originals.find(id)).toBeUndefined()
      for (const id of awkwardIds) await plant(originals, id, `bytes of ${id}`)
      for (const id of awkwardIds) expect(await read(originals, id)).toBe(`bytes of ${id}`)
    })

    it('is empty until the first original is stored, and not again when that is deleted', async () => {
      await using opened = await open()
      const { originals } = opened
      const id = parseImageId('first')
      expect(await originals.isEmpty()).toBe(true)
      await using file = await originals.createTemporary()
      await writeFile(file.path, 'not stored yet')
      expect(await originals.isEmpty()).toBe(true)
      await originals.put(id, file)
      expect(await originals.isEmpty()).toBe(false)
      await originals.delete(id)
      expect(await originals.isEmpty()).toBe(false)
    })

    it('returns the reference under which an original is found, with its size and time', async () => {
      await using opened = await open()
      const id = parseImageId('facts')
      const original = await plant(opened.originals, id, '12345')
      expect(original).toMatchObject({ id, size: 5 })
      expect(await opened.originals.find(id)).toEqual(original)
      await using file = await opened.originals.open(original)
      expect(original.modifiedAt).toEqual((await stat(file.path)).mtime)
    })

    it('has another name for another version, and opens none that is gone', async () => {
      await using opened = await open()
      const { originals } = opened
      const id = parseImageId('replaced')
      const first = await plant(originals, id, 'first')
      await originals.delete(id)
      const second = await plant(originals, id, 'the second')
      expect(originalKey(second)).not.toBe(originalKey(first))
      expect(originalKey(second)).toMatch(/^[\da-z.]+\/replaced$/)
      await originals.delete(id)
      const reading = (async () => {
        await using file = await originals.open(second)
        return await readFile(file.path)
      })()
      await expect(reading).rejects.toMatchObject({
        code: expect.stringMatching(/^(ORIGINAL|VERSION)_NOT_FOUND$/),
      })
    })

    it('reads the beginning of an original, and of one that is gone nothing', async () => {
      await using opened = await open()
      const { originals } = opened
      const id = parseImageId('head')
      const original = await plant(originals, id, '12345')
      const heads = [await originals.readHead(original, 3), await originals.readHead(original, 9)]
      expect(heads.map((head) => Buffer.from(head ?? []).toString())).toEqual(['123', '12345'])
      await originals.delete(id)
      expect(await originals.readHead(original, 3)).toBeUndefined()
    })

    it('does not replace an original unless it is told to', async () => {
      await using opened = await open()
      const id = parseImageId('taken')
      await plant(opened.originals, id, 'first')
      const second = plant(opened.originals, id, 'second')
      await expect(second).rejects.toMatchObject({ code: 'ID_TAKEN' })
      expect(await read(opened.originals, id)).toBe('first')
    })

    it('prepares an original before it can be found, and stores none if that fails', async () => {
      await using opened = await open()
      const { originals } = opened
      const id = parseImageId('prepared')
      await using file = await originals.createTemporary()
      await writeFile(file.path, 'content')
      const failing = originals.put(id, file, {
        prepare: () => Promise.reject(new Error('not prepared')),
      })
      await expect(failing).rejects.toThrow('not prepared')
      expect(await originals.find(id)).toBeUndefined()
      const prepared: unknown[] = []
      const stored = await originals.put(id, file, {
        prepare: async (original) => {
          prepared.push(original, await originals.find(id))
        },
      })
      expect(prepared).toEqual([stored, undefined])
    })

    it('lets one of many puts of an id at once win, whole', async () => {
      await using opened = await open()
      const id = parseImageId('race')
      const contents = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(5000))
      const puts = contents.map((content) => plant(opened.originals, id, content))
      const results = await Promise.allSettled(puts)
      const winner = results.findIndex(({ status }) => status === 'fulfilled')
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await read(opened.originals, id)).toBe(contents[winner])
    })

    it('takes an original away, and has room for another of its id', async () => {
      await using opened = await open()
      const id = parseImageId('again')
      await opened.originals.delete(id)
      await plant(opened.originals, id, 'first')
      await opened.originals.delete(id)
      expect(await opened.originals.find(id)).toBeUndefined()
      await plant(opened.originals, id, 'second')
      expect(await read(opened.originals, id)).toBe('second')
    })

    it('tells an original that is gone from one that never was, and keeps its id taken', async () => {
      await using opened = await open()
      const { originals } = opened
      for (const id of [...awkwardIds, parseImageId('never stored')]) {
        if (awkwardIds.includes(id)) await plant(originals, id, 'content')
        expect(await originals.delete(id, { keepGone: true })).toBe(awkwardIds.includes(id))
        await expect(originals.find(id)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
        await expect(plant(originals, id, 'again')).rejects.toMatchObject({ code: 'ID_TAKEN' })
        expect(await originals.delete(id, { keepGone: true })).toBe(false)
      }
      expect(await originals.find(parseImageId('unknown'))).toBeUndefined()
    })

    it('has room for another original of an id once that is freed, and not before', async () => {
      await using opened = await open()
      const { originals } = opened
      const id = parseImageId('freed')
      await originals.free(id)
      await plant(originals, id, 'first')
      await originals.free(id)
      expect(await read(originals, id)).toBe('first')
      await originals.delete(id, { keepGone: true })
      await originals.delete(id)
      await expect(originals.find(id)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
      await originals.free(id)
      expect(await originals.find(id)).toBeUndefined()
      await plant(originals, id, 'second')
      expect(await read(originals, id)).toBe('second')
    })

    it('F50 lets no put of an id win that is deleted at the same time', async () => {
      await using opened = await open()
      const { originals } = opened
      for (let round = 0; round < rounds; round += 1) {
        const id = parseImageId(`race ${round}`)
        const put = plant(originals, id, 'content').catch(() => undefined)
        for (let turn = 0; turn < round % 7; turn += 1) await originals.isEmpty()
        await originals.delete(id, { keepGone: true })
        await put
        await expect(originals.find(id)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
      }
    })

    it('removes a temporary file that was not put', async () => {
      await using opened = await open()
      const file = await opened.originals.createTemporary()
      expect(await exists(file.path)).toBe(false)
      await writeFile(file.path, 'left')
      await file[Symbol.asyncDispose]()
      await file[Symbol.asyncDispose]()
      expect(await exists(file.path)).toBe(false)
    })

    it('sweeps the temporary files that are old enough, and no originals', async () => {
      await using opened = await open()
      const { originals } = opened
      const id = parseImageId('kept')
      await plant(originals, id, 'kept')
      await using file = await originals.createTemporary()
      await writeFile(file.path, 'left')
      expect(await originals.sweepTemporary(60_000)).toBe(0)
      expect(await exists(file.path)).toBe(true)
      expect(await originals.sweepTemporary(-1000)).toBe(1)
      expect(await exists(file.path)).toBe(false)
      expect(await read(originals, id)).toBe('kept')
    })

    itReplacesOriginals(open, rounds)
    itKeepsVersions(open, rounds)
  })
}
