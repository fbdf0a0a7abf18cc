import { expect, it } from '@jest/globals'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { isAppError } from '@iaas/common/errors'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore, PutOptions } from '@iaas/common/ports/original-store'

/** Stores an original, or replaces it. */
async function put(
  originals: OriginalStore,
  id: ImageId,
  content: string,
  options: PutOptions & { readonly writtenAt?: Date } = {},
): Promise<OriginalRef> {
  await using file = await originals.createTemporary()
  await writeFile(file.path, content)
  if (options.writtenAt) await utimes(file.path, options.writtenAt, options.writtenAt)
  return await originals.put(id, file, options)
}

/** Reads the present version. It may be replaced between the two steps. */
async function read(originals: OriginalStore, id: ImageId): Promise<string | undefined> {
  for (;;) {
    const original = await originals.find(id)
    if (original === undefined) return undefined
    try {
      await using file = await originals.open(original)
      return await readFile(file.path, 'utf8')
    } catch (error) {
      if (!isAppError(error, 'ORIGINAL_NOT_FOUND', 'VERSION_NOT_FOUND')) throw error
    }
  }
}

const replace = { replace: true }

/** The part of the contract of an original store that is about replacing. */
export function itReplacesOriginals(
  open: () => Promise<AsyncDisposable & { readonly originals: OriginalStore }>,
  rounds: number,
): void {
  it('replaces an original, and finds it under the reference that it returned', async () => {
    await using opened = await open()
    const { originals } = opened
    const id = parseImageId('replaced é')
    const first = await put(originals, id, 'first')
    const second = await put(originals, id, 'the second', replace)
    expect(second.version).not.toBe(first.version)
    expect(await originals.find(id)).toEqual(second)
    expect(await read(originals, id)).toBe('the second')
  })

  it('T69 gives each replacement a version that none before had, of whatever size and time', async () => {
    await using opened = await open()
    const { originals } = opened
    const id = parseImageId('versions')
    const { modifiedAt, version } = await put(originals, id, 'same size')
    const versions = [version]
    for (let round = 0; round < rounds; round += 1) {
      const writtenAt = [modifiedAt, new Date(0), undefined][round % 3]
      const options = { ...replace, ...(writtenAt && { writtenAt }) }
      versions.push((await put(originals, id, `same ${1000 + round}`, options)).version)
    }
    expect(new Set(versions).size).toBe(rounds + 1)
    expect((await originals.find(id))?.version).toBe(versions.at(-1))
  })

  it('replaces nothing where there is no original, and none that is gone', async () => {
    await using opened = await open()
    const { originals } = opened
    const id = parseImageId('missing')
    await expect(put(originals, id, 'new', replace)).rejects.toMatchObject({
      code: 'ORIGINAL_NOT_FOUND',
    })
    expect(await originals.find(id)).toBeUndefined()
    await originals.delete(id, { keepGone: true })
    await expect(put(originals, id, 'new', replace)).rejects.toMatchObject({
      code: 'ORIGINAL_GONE',
    })
  })

  it('prepares a replacement while the old version is found, and keeps that if it fails', async () => {
    await using opened = await open()
    const { originals } = opened
    const id = parseImageId('prepared')
    const first = await put(originals, id, 'first')
    const prepare = () => Promise.reject(new Error('not prepared'))
    const failing = put(originals, id, 'second', { replace: true, prepare })
    await expect(failing).rejects.toThrow('not prepared')
    expect(await originals.find(id)).toEqual(first)
    const seen: unknown[] = []
    const note = async (original: OriginalRef) => void seen.push(original, await originals.find(id))
    const second = await put(originals, id, 'second', { replace: true, prepare: note })
    expect(seen).toEqual([second, first])
  })

  it('T69 finds one of the versions, whole, at every moment of many replacements', async () => {
    await using opened = await open()
    const { originals } = opened
    const id = parseImageId('always there')
    const contents = Array.from({ length: rounds }, (_, index) => String.fromCodePoint(97 + index))
    await put(originals, id, 'z'.repeat(5000))
    const end = new AbortController()
    const reading = (async () => {
      const seen = new Set<string | undefined>()
      while (!end.signal.aborted) seen.add(await read(originals, id))
      return seen
    })()
    for (const content of contents) await put(originals, id, content.repeat(5000), replace)
    end.abort()
    const whole = new Set([...contents, 'z'].map((content) => content.repeat(5000)))
    expect([...(await reading)].filter((each) => !whole.has(each ?? ''))).toEqual([])
  })

  it('T70 lets no replacement bring back an original that is deleted at the same time', async () => {
    await using opened = await open()
    const { originals } = opened
    for (let round = 0; round < rounds; round += 1) {
      const id = parseImageId(`deleted ${round}`)
      await put(originals, id, 'first')
      const replacing = put(originals, id, 'second', replace).catch(() => undefined)
      for (let turn = 0; turn < round % 7; turn += 1) await originals.isEmpty()
      await originals.delete(id, { keepGone: true })
      await replacing
      await expect(originals.find(id)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
    }
  })

  it('deletes a version only while it is the present one, if it is told to', async () => {
    await using opened = await open()
    const { originals } = opened
    const id = parseImageId('this version')
    const first = await put(originals, id, 'first')
    const second = await put(originals, id, 'second', replace)
    expect(await originals.delete(id, { version: first.version })).toBe(false)
    expect(await originals.find(id)).toEqual(second)
    expect(await originals.delete(id, { version: second.version })).toBe(true)
    expect(await originals.find(id)).toBeUndefined()
  })
}
