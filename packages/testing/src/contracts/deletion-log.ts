import { describe, expect, it } from '@jest/globals'
import { parseImageId } from '@iaas/common/image'
import type { DeletionLog, LoggedDeletion } from '@iaas/common/ports/deletion-log'

export type OpenDeletionLog = () => Promise<AsyncDisposable & { readonly log: DeletionLog }>

const ids = ['plain', 'Ünïcödé 図', 'with space & %2F', 'a.b', '*', 'x'.repeat(255)].map((id) =>
  parseImageId(id),
)

async function read(log: DeletionLog): Promise<readonly LoggedDeletion[]> {
  const entries: LoggedDeletion[] = []
  for await (const entry of log.list()) entries.push(entry)
  return entries.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

function deletion(id: string, part: Partial<LoggedDeletion> = {}): LoggedDeletion {
  const deletedAt = new Date('2026-11-30T10:00:00.123Z')
  return { id: parseImageId(id), versions: ['a.1'], isFreed: false, deletedAt, ...part }
}

export function describeDeletionLog(name: string, open: OpenDeletionLog): void {
  describe(`${name} keeps to the contract of a log of deletions`, () => {
    it('is empty at first, and lists each deletion as it was added, whatever the id', async () => {
      await using opened = await open()
      expect(await read(opened.log)).toEqual([])
      const all = ids.map((id, index) => deletion(id, { isFreed: index % 2 === 0 }))
      for (const each of all) await opened.log.add(each)
      const sorted = all.toSorted((one, other) => (one.id < other.id ? -1 : 1))
      expect(await read(opened.log)).toEqual(sorted)
    })

    it('F61 keeps the versions of all deletions of an id, and how the latest one left it', async () => {
      await using opened = await open()
      const later = new Date('2026-12-01T00:00:00.000Z')
      await opened.log.add(deletion('twice', { versions: ['b.2', 'a.1'] }))
      await opened.log.add(
        deletion('twice', { versions: ['c.3'], isFreed: true, deletedAt: later }),
      )
      const merged = deletion('twice', {
        versions: ['a.1', 'b.2', 'c.3'],
        isFreed: true,
        deletedAt: later,
      })
      expect(await read(opened.log)).toEqual([merged])
      // A deletion that is repeated finds no version any more; one of an older log comes late.
      await opened.log.add(deletion('twice', { versions: [], isFreed: true, deletedAt: later }))
      await opened.log.add(deletion('twice', { versions: ['a.1'] }))
      expect(await read(opened.log)).toEqual([merged])
    })
  })
}
