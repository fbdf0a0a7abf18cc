import { expect, it } from '@jest/globals'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { isAppError } from '@iaas/common/errors'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import { useOriginal } from '@iaas/common/use-original'
import type { OriginalStore } from '@iaas/common/ports/original-store'

type Open = (
  keepVersions?: number,
) => Promise<AsyncDisposable & { readonly originals: OriginalStore }>

async function store(
  originals: OriginalStore,
  id: ImageId,
  content: string,
  replace = true,
  writtenAt?: Date,
): Promise<OriginalRef> {
  await using file = await originals.createTemporary()
  await writeFile(file.path, content)
  if (writtenAt !== undefined) await utimes(file.path, writtenAt, writtenAt)
  return await originals.put(id, file, { replace })
}

/** Stores an original and replaces it by each other content. Returns the versions, in this order. */
async function storeAll(
  originals: OriginalStore,
  id: ImageId,
  contents: readonly string[],
): Promise<readonly OriginalRef[]> {
  const versions: OriginalRef[] = []
  for (const [index, content] of contents.entries())
    versions.push(await store(originals, id, content, index > 0))
  return versions
}

async function read(originals: OriginalStore, id: ImageId): Promise<string | undefined> {
  const original = await originals.find(id)
  if (original === undefined) return undefined
  await using file = await originals.open(original)
  return await readFile(file.path, 'utf8')
}

/** Reduces an error to its code. */
function withoutMessage(result: unknown): unknown {
  return isAppError(result) ? { code: result.code } : result
}

/** The part of the contract of an original store that is about older versions. */
export function itKeepsVersions(open: Open, rounds: number): void {
  const id = parseImageId('versions é')

  it('keeps no older version unless it is told to', async () => {
    await using opened = await open()
    const { originals } = opened
    expect(await originals.versions(id)).toEqual([])
    const [first] = await storeAll(originals, id, ['one', 'two'])
    expect(await originals.versions(id)).toEqual([])
    const restoring = originals.restore(id, first?.version ?? '')
    await expect(restoring).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' })
    expect(await read(originals, id)).toBe('two')
  })

  it('T76 keeps as many older versions as it is told to, lists the one replaced last first, and no original for them', async () => {
    await using opened = await open(2)
    const { originals } = opened
    const [, two, three, four] = await storeAll(originals, id, ['one', 'two', 'three', 'four'])
    expect(await originals.find(id)).toEqual(four)
    expect(await originals.versions(id)).toEqual([three, two])
    expect(await originals.versions(parseImageId('versions'))).toEqual([])
  })

  it('T76 restores a version under its stamp, keeps the one that it replaces, and may do so again', async () => {
    await using opened = await open(2)
    const { originals } = opened
    const [one, two, three] = await storeAll(originals, id, ['one', 'two', 'three'])
    expect(await originals.restore(id, one?.version ?? '')).toEqual(one)
    expect([await read(originals, id), await originals.find(id)]).toEqual(['one', one])
    expect(await originals.versions(id)).toEqual([three, two])
    expect(await originals.restore(id, one?.version ?? '')).toEqual(one)
    expect(await originals.versions(id)).toEqual([three, two])
    expect(await originals.restore(id, two?.version ?? '')).toEqual(two)
    expect([await read(originals, id), await originals.versions(id)]).toEqual(['two', [one, three]])
  })

  it('T76 gives a replacement of a restored version a stamp that no version has', async () => {
    await using opened = await open(1)
    const { originals } = opened
    const [one, two] = await storeAll(originals, id, ['same size 1', 'same size 2'])
    await originals.restore(id, one?.version ?? '')
    const three = await store(originals, id, 'same size 3', true, two?.modifiedAt)
    expect([one?.version, two?.version]).not.toContain(three.version)
    expect(await originals.versions(id)).toEqual([one])
  })

  it('T76 restores nothing if it cannot be prepared, nor a version that is unknown or of another original', async () => {
    await using opened = await open(2)
    const { originals } = opened
    const other = parseImageId('other')
    const [one, two] = await storeAll(originals, id, ['one', 'two'])
    await storeAll(originals, other, ['other one', 'other version two'])
    const refuse = () => Promise.reject(new Error('not prepared'))
    await expect(originals.restore(id, one?.version ?? '', refuse)).rejects.toThrow('not prepared')
    const [foreign] = await originals.versions(other)
    for (const version of ['', 'unknown', '../x', foreign?.version ?? '']) {
      const restoring = originals.restore(id, version)
      await expect(restoring).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' })
    }
    expect(await originals.find(id)).toEqual(two)
    expect(await originals.versions(id)).toEqual([one])
  })

  it('R82 opens no file of another version, and never takes one for it that is switched meanwhile', async () => {
    await using opened = await open(1)
    const { originals } = opened
    const [one, two] = await storeAll(originals, id, ['version one', 'version two'])
    if (one === undefined || two === undefined) throw new Error('Two are stored.')
    const gone = { code: 'VERSION_NOT_FOUND' }
    const readAs = (original: OriginalRef, before = async () => {}, after = async () => {}) =>
      useOriginal(originals, original, async (path) => {
        await before()
        const text = await readFile(path, 'utf8')
        await after()
        return text
      }).catch((error: unknown) => error)
    expect([gone, 'version one']).toContainEqual(await readAs(one).then(withoutMessage))
    expect(await readAs(two)).toBe('version two')
    const replace = async () => void (await store(originals, id, 'version 333'))
    const restore = async () => void (await originals.restore(id, two.version))
    for (const steps of [[replace], [restore, replace], [replace, restore]]) {
      const read = await readAs(two, ...steps)
      expect([gone, 'version two']).toContainEqual(withoutMessage(read))
    }
  })

  it('R82 takes an original for the same while what its upload has left is removed', async () => {
    await using opened = await open()
    const { originals } = opened
    const file = await originals.createTemporary()
    await writeFile(file.path, 'new')
    const original = await originals.put(parseImageId('just uploaded'), file)
    const content = await useOriginal(originals, original, async (path) => {
      await file[Symbol.asyncDispose]()
      return await readFile(path, 'utf8')
    })
    expect(content).toBe('new')
  })

  it('T76 deletes every version with the original, also one that is restored at the same time', async () => {
    await using opened = await open(2)
    const { originals } = opened
    const gone = { code: 'ORIGINAL_GONE' }
    for (let round = 0; round < rounds; round += 1) {
      const raced = parseImageId(`raced ${round}`)
      const [one] = await storeAll(originals, raced, ['one', 'two'])
      const restoring = originals.restore(raced, one?.version ?? '').catch(() => undefined)
      for (let turn = 0; turn < round % 7; turn += 1) await originals.isEmpty()
      await originals.delete(raced, { keepGone: true })
      await restoring
      await expect(originals.find(raced)).rejects.toMatchObject(gone)
      expect(await originals.versions(raced)).toEqual([])
      await expect(originals.restore(raced, one?.version ?? '')).rejects.toMatchObject(gone)
    }
    await originals.free(parseImageId('raced 0'))
    const again = await store(originals, parseImageId('raced 0'), 'again', false)
    expect(await originals.versions(again.id)).toEqual([])
    const missing = originals.restore(parseImageId('missing'), again.version)
    await expect(missing).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
  })
}
