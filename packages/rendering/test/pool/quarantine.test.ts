import { describe, expect, it } from '@jest/globals'
import { parseImageId } from '@iaas/common/image'
import { originalKey } from '@iaas/common/original-ref'
import { createQuarantine } from '@iaas/rendering/pool/quarantine'
import { makeVariant } from '@iaas/testing/variants'

const bounds = { width: 9, height: 9 }
const isKeptOut = expect.objectContaining({ code: 'RENDER_QUARANTINED' })

const makeTask = (path = 'somewhere') =>
  ({ kind: 'render', path, variant: makeVariant(), bounds }) as const

describe('the quarantine', () => {
  it('lets a task be tried twice, and keeps it out for ten minutes', () => {
    let now = 1000
    const quarantine = createQuarantine(() => now)
    const task = makeTask()
    quarantine.note(task)
    expect(() => quarantine.check(task)).not.toThrow()
    quarantine.note(task)
    expect(() => quarantine.check(task)).toThrow(isKeptOut)
    now += 10 * 60_000 - 1
    expect(() => quarantine.check(task)).toThrow(isKeptOut)
    now += 2
    expect(() => quarantine.check(task)).not.toThrow()
    expect(quarantine.size).toBe(0)
  })

  it('tells how long it still keeps a task out', () => {
    let now = 1000
    const quarantine = createQuarantine(() => now)
    const task = makeTask()
    quarantine.note(task)
    quarantine.note(task)
    const secondsLeft = (left: number) => expect.objectContaining({ retryAfterSeconds: left })
    expect(() => quarantine.check(task)).toThrow(secondsLeft(600))
    now += 10 * 60_000 - 1500
    expect(() => quarantine.check(task)).toThrow(secondsLeft(2))
    now += 1499
    expect(() => quarantine.check(task)).toThrow(secondsLeft(1))
  })

  it('keeps no healthy original out for a working copy that kills', () => {
    const quarantine = createQuarantine()
    const task = makeTask()
    const ofCopy = { ...task, originalQuality: 80 }
    quarantine.note(ofCopy)
    quarantine.note(ofCopy)
    expect(() => quarantine.check(ofCopy)).toThrow(isKeptOut)
    expect(() => quarantine.check(task)).not.toThrow()
  })

  it('knows a render by its variant, and an upload by its file', () => {
    const quarantine = createQuarantine()
    const task = makeTask('here')
    const upload = {
      kind: 'take-in',
      path: 'here',
      outputPath: 'there',
      crop: undefined,
      stripMetadata: false,
    } as const
    for (const each of [task, task, upload, upload]) quarantine.note(each)
    expect(() => quarantine.check({ ...task, path: 'elsewhere' })).toThrow(isKeptOut)
    expect(() => quarantine.check(makeTask('here'))).not.toThrow()
    expect(() => quarantine.check(upload)).toThrow(isKeptOut)
    expect(() => quarantine.check({ ...upload, path: 'elsewhere' })).not.toThrow()
    expect(() => quarantine.check({ kind: 'inspect', path: 'here' })).not.toThrow()
  })

  it('knows an original by its version: the one that replaces it is tried, whatever path either has', () => {
    const quarantine = createQuarantine()
    const named = (task: ReturnType<typeof makeTask>, version: string) => ({
      ...task,
      original: originalKey({ id: task.variant.id, version }),
    })
    const task = makeTask('here')
    const inspection = { ...named(task, '1'), kind: 'inspect' } as const
    for (const each of [named(task, '1'), inspection])
      for (const _time of [1, 2]) quarantine.note(each)
    expect(() => quarantine.check({ ...named(task, '1'), path: 'leased' })).toThrow(isKeptOut)
    expect(() => quarantine.check({ ...inspection, path: 'leased' })).toThrow(isKeptOut)
    expect(() => quarantine.check(named(task, '2'))).not.toThrow()
    expect(() => quarantine.check({ ...named(task, '2'), kind: 'inspect' })).not.toThrow()
  })

  it('R30 keeps an original out in every size once three of its renders have killed, and tells how long', () => {
    let now = 1000
    const quarantine = createQuarantine(() => now)
    const ofSize = (width: number, id = 'costly') =>
      ({ ...makeTask(), variant: makeVariant({ id: parseImageId(id), width }) }) as const
    for (const width of [10, 20, 30]) {
      expect(() => quarantine.check(ofSize(width))).not.toThrow()
      quarantine.note(ofSize(width))
    }
    now += 60_000
    const isKeptOutForNine = expect.objectContaining({
      code: 'RENDER_QUARANTINED',
      retryAfterSeconds: 540,
    })
    expect(() => quarantine.check(ofSize(40))).toThrow(isKeptOutForNine)
    expect(() => quarantine.check(ofSize(40, 'another'))).not.toThrow()
    expect(() => quarantine.check({ ...ofSize(40), originalQuality: 80 })).not.toThrow()
  })

  it('remembers no more than so many', () => {
    const quarantine = createQuarantine()
    for (let count = 0; count < 10_100; count += 1) quarantine.note(makeTask())
    expect(quarantine.size).toBe(10_000)
  })
})
