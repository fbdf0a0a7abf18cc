import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { LoggedDeletion } from '@iaas/common/ports/deletion-log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { describe, expect, it } from '@jest/globals'
import { planReplay } from '../src/purges/plan-replay.ts'

function entry(name: string, part: Partial<LoggedDeletion> = {}): LoggedDeletion {
  return {
    id: parseImageId(name),
    versions: ['old.1'],
    isFreed: true,
    deletedAt: new Date(1),
    ...part,
  }
}

function logOf(...entries: readonly LoggedDeletion[]) {
  return {
    async *list() {
      yield* entries
    },
  }
}

/** Originals by id and version; `gone` throws as a mark does. */
function originalsOf(present: Readonly<Record<string, string>>): Pick<OriginalStore, 'find'> {
  return {
    async find(id) {
      const version = present[id]
      if (version === 'gone') throw new AppError('ORIGINAL_GONE', 'It was deleted.')
      return version === undefined ? undefined : { id, version, size: 1, modifiedAt: new Date(0) }
    },
  }
}

describe('repeating logged deletions', () => {
  it('F61 deletes what stays taken, whatever is there', async () => {
    const logs = [
      logOf(entry('a', { isFreed: false })),
      logOf(entry('b', { isFreed: false, versions: [] })),
    ]
    const plan = await planReplay(logs, originalsOf({ a: 'other.2', b: 'gone' }))
    expect([plan.taken, plan.freed, plan.reused]).toEqual([['a', 'b'], [], []])
  })

  it('F61 deletes of a freed id the version that was deleted, and never one that came after it', async () => {
    const names = ['back', 'absent', 'marked', 'another']
    const originals = originalsOf({ back: 'old.1', marked: 'gone', another: 'new.2' })
    const plan = await planReplay([logOf(...names.map((name) => entry(name)))], originals)
    expect([plan.taken, plan.freed, plan.reused]).toEqual([
      [],
      ['back', 'absent', 'marked'],
      ['another'],
    ])
  })

  it('F61 knows of each id the versions of all logs, and how the latest deletion left it', async () => {
    const later = { deletedAt: new Date(2), versions: ['new.2'] }
    const older = logOf(entry('freed', { isFreed: false }), entry('taken'))
    const newer = logOf(entry('freed', later), entry('taken', { ...later, isFreed: false }))
    for (const logs of [
      [older, newer],
      [newer, older],
    ]) {
      const plan = await planReplay(logs, originalsOf({ freed: 'old.1', taken: 'x.9' }))
      expect([plan.taken, plan.freed, plan.reused]).toEqual([['taken'], ['freed'], []])
      expect(plan.deletions).toHaveLength(2)
    }
  })
})
