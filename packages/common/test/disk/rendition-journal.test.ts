import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRenditionJournal } from '@iaas/common/disk/rendition-journal'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
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
    expect(await createRenditionJournal(dir).list()).toEqual([left])
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
})
