import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRenditionJournal } from '@iaas/common/disk/rendition-journal'
import { parseImageId } from '@iaas/common/image'
import { persistJobId, toPayload } from '@iaas/common/jobs/store-rendition'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { countDiskCalls } from '@iaas/testing/count-disk-calls'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const newRendition = () => ({ variant: makeVariant(), renderedAt: 1_764_000_000_123 })

describe('the journal of renditions', () => {
  it('F38 still has what was not removed when it is opened again', async () => {
    await using folder = await createTemporaryFolder()
    const dir = join(folder.path, 'journal')
    const [stored, left] = [newRendition(), newRendition()]
    const journal = createRenditionJournal(dir)
    await journal.add(stored)
    await journal.add(left)
    await journal.remove(stored)
    await journal.flush()
    expect(await createRenditionJournal(dir).list()).toEqual([left])
  })

  it('F38 clears what was removed within a moment, by itself', async () => {
    await using folder = await createTemporaryFolder()
    const journal = createRenditionJournal(folder.path)
    const stored = newRendition()
    await journal.add(stored)
    await journal.remove(stored)
    await until(async () => (await createRenditionJournal(folder.path).list()).length === 0)
  })

  it('is empty before anything was added, and removes what is not there', async () => {
    await using folder = await createTemporaryFolder()
    const journal = createRenditionJournal(join(folder.path, 'journal'))
    await journal.remove(newRendition())
    expect(await journal.list()).toEqual([])
  })

  it('leaves out and removes entries that a loss of power has damaged', async () => {
    await using folder = await createTemporaryFolder()
    await mkdir(folder.path, { recursive: true })
    for (const [index, text] of ['', '{"v":1', '{"v":1}'].entries()) {
      await writeFile(join(folder.path, `damaged ${index}`), text)
    }
    expect(await createRenditionJournal(folder.path).list()).toEqual([])
    expect(await readdir(folder.path)).toEqual([])
  })

  it('F38 finds what an earlier release has left, a file for each rendition', async () => {
    await using folder = await createTemporaryFolder()
    const left = newRendition()
    await writeFile(join(folder.path, persistJobId(left)), JSON.stringify(toPayload(left)))
    const journal = createRenditionJournal(folder.path)
    expect(await journal.list()).toEqual([left])
    await journal.remove(left)
    expect(await createRenditionJournal(folder.path).list()).toEqual([])
    expect(await readdir(folder.path)).toEqual([])
  })

  it('F38 keeps what it has found until all of it is removed, also where a process is killed meanwhile', async () => {
    await using folder = await createTemporaryFolder()
    const [one, other] = [newRendition(), newRendition()]
    const killed = createRenditionJournal(folder.path)
    await killed.add(one)
    await killed.add(other)
    const next = createRenditionJournal(folder.path)
    await next.list()
    await next.remove(one)
    expect(await createRenditionJournal(folder.path).list()).toEqual([one, other])
    await next.remove(other)
    expect(await createRenditionJournal(folder.path).list()).toEqual([])
  })

  it('takes one call of the disk for an entry, whose place the next one takes, in a file that does not grow', async () => {
    await using folder = await createTemporaryFolder()
    const journal = createRenditionJournal(folder.path)
    const pass = async (rendition: WaitingRendition) => {
      await journal.add(rendition)
      await journal.remove(rendition)
    }
    await pass(newRendition())
    expect(await countDiskCalls(() => pass(newRendition()))).toBe(1)
    for (let round = 0; round < 20; round += 1) await pass(newRendition())
    const [name = ''] = await readdir(folder.path)
    expect((await stat(join(folder.path, name))).size).toBeLessThan(4096)
  })

  it('keeps entries apart whatever their length is', async () => {
    await using folder = await createTemporaryFolder()
    const journal = createRenditionJournal(folder.path)
    const long = { variant: makeVariant({ id: parseImageId('ä'.repeat(120)) }), renderedAt: 1 }
    const short = { variant: makeVariant({ id: parseImageId('a') }), renderedAt: 1 }
    await journal.add(long)
    await journal.remove(long)
    await journal.add(short)
    expect(await createRenditionJournal(folder.path).list()).toEqual([short])
  })
})
