import { describe, expect, it } from '@jest/globals'
import { type ImageId, parseImageId } from '@iaas/common/image'
import { createKnownEpochs } from '../../src/epochs/known-epochs.ts'

const [id, other] = [parseImageId('photo'), parseImageId('other')]
const raise = (raised: ImageId | undefined, epoch: number) => ({
  id: raised,
  epoch,
  isGone: false,
})

describe('the epochs that a process knows', () => {
  it('are the highest ones of each original, raised or looked up', () => {
    const epochs = createKnownEpochs()
    expect(epochs.of(id)).toBe(0)
    epochs.act([raise(id, 5), raise(other, 6)])
    epochs.note(id, 4)
    expect([epochs.of(id), epochs.of(other)]).toEqual([5, 6])
    epochs.note(id, 9)
    epochs.act([raise(id, 8)])
    expect(epochs.of(id)).toBe(9)
    epochs.act([raise(undefined, 10)])
    expect([epochs.of(id), epochs.of(other), epochs.of(parseImageId('new'))]).toEqual([10, 10, 10])
  })

  it('tell what was raised after a moment, which a lookup does not', () => {
    const epochs = createKnownEpochs()
    const before = epochs.acts
    epochs.note(id, 9)
    expect(epochs.wasRaisedSince(before, id)).toBe(false)
    epochs.act([raise(id, 9)])
    const between = epochs.acts
    expect(epochs.wasRaisedSince(before, id)).toBe(true)
    expect(epochs.wasRaisedSince(before, other)).toBe(false)
    expect(epochs.wasRaisedSince(between, id)).toBe(false)
    epochs.note(id, 9)
    expect(epochs.wasRaisedSince(before, id)).toBe(true)
    epochs.act([raise(undefined, 10)])
    expect(epochs.wasRaisedSince(between, other)).toBe(true)
  })

  it('are bounded: beyond it, the oldest raise counts for every original', () => {
    const epochs = createKnownEpochs()
    epochs.note(other, 1)
    const before = epochs.acts
    for (let batch = 0; batch < 51; batch += 1) {
      const ids = Array.from({ length: 1000 }, (_, index) => parseImageId(`${batch} ${index}`))
      epochs.act(ids.map((each, index) => raise(each, 2 + batch * 1000 + index)))
    }
    expect(epochs.of(parseImageId('50 999'))).toBe(51_001)
    // Of 51,001 originals, the one looked up and the 1,000 raised first were dropped.
    expect(epochs.of(parseImageId('unknown'))).toBe(1001)
    expect(epochs.wasRaisedSince(before, parseImageId('unknown'))).toBe(true)
  })

  it('drops what is cached of an original when it is raised, and of all by the global epoch', () => {
    const epochs = createKnownEpochs()
    const dropped: unknown[] = []
    epochs.onRaise((originals) => dropped.push(originals))
    epochs.act([raise(id, 1), raise(other, 2)])
    epochs.act([raise(id, 3), raise(undefined, 4)])
    expect(dropped).toEqual([new Set([id, other]), 'all'])
  })

  it('F48 are trusted until the process no longer counts', () => {
    const epochs = createKnownEpochs()
    expect(epochs.isTrusted(0)).toBe(false)
    epochs.trust(25)
    expect(epochs.isTrusted(24)).toBe(true)
    expect(epochs.isTrusted(25)).toBe(false)
  })

  it('F49 are kept for ten minutes, and as long as the database is away', () => {
    const time = { now: 0 }
    const epochs = createKnownEpochs(() => time.now)
    epochs.act([raise(id, 5)])
    time.now = 60 * 60_000
    expect(epochs.of(id)).toBe(5)
    epochs.trust(time.now)
    expect(epochs.of(id)).toBe(0)
    epochs.act([raise(id, 6)])
    time.now += 9 * 60_000
    epochs.trust(time.now)
    expect(epochs.of(id)).toBe(6)
  })
})
