import { describe, expect, it } from '@jest/globals'
import { makeVariant } from '@iaas/testing/variants'
import { parseImageId } from '../src/image/index.ts'
import { jobAttempts, pauseBeforeAttempt } from '../src/jobs/retries.ts'
import {
  parsePayload,
  parsePersistJobId,
  persistJobId,
  toPayload,
} from '../src/jobs/store-rendition.ts'
import { objectKey, parseObjectKey, variantDigest } from '../src/digest.ts'

const variant = makeVariant({
  id: parseImageId('a: b/'.replace('/', '')),
  width: 10,
  height: 20,
  fit: 'crop',
  format: 'jpg',
  blur: true,
  quality: 7,
})

describe('payloads', () => {
  it('are read as they were written', () => {
    const request = { variant, renderedAt: 1_700_000_000_000 }
    expect(parsePayload(JSON.parse(JSON.stringify(toPayload(request))))).toEqual(request)
  })

  it('of a canvas in PNG that an earlier release has queued is read', () => {
    const canvas = { ...variant, fit: 'canvas', format: 'png', quality: 'auto' }
    const queued = JSON.stringify({ v: 1, variant: canvas, renderedAt: 1_700_000_000_000 })
    expect(parsePayload(JSON.parse(queued)).variant).toEqual(canvas)
  })

  it.each([
    null,
    {},
    { ...toPayload({ variant, renderedAt: 1 }), v: 2 },
    { ...toPayload({ variant, renderedAt: 1 }), renderedAt: -1 },
    { ...toPayload({ variant, renderedAt: 1 }), epoch: -1 },
    toPayload({ variant: { ...variant, id: '../../x' as never }, renderedAt: 1 }),
    toPayload({ variant: { ...variant, width: -1 }, renderedAt: 1 }),
    toPayload({ variant: { ...variant, fit: 'fill' as never }, renderedAt: 1 }),
  ])('are refused where they are none of ours: %j', (data) => {
    expect(() => parsePayload(data)).toThrow(/./)
  })

  it('R69 are those of builds before the epochs in epoch 0, and name another rendition in any other', () => {
    const waiting = { variant, renderedAt: 1 }
    expect(toPayload({ ...waiting, epoch: 0 })).toEqual({ v: 1, ...waiting })
    expect(persistJobId({ ...waiting, epoch: 0 })).toBe(`${variantDigest(variant)}-1`)
    expect(objectKey(variant, 1, 0)).toContain(variantDigest(variant))
    const raised = { ...waiting, epoch: 12 }
    expect(parsePayload(JSON.parse(JSON.stringify(toPayload(raised))))).toEqual(raised)
    expect(persistJobId(raised)).not.toBe(persistJobId(waiting))
    expect(persistJobId(raised)).not.toBe(persistJobId({ ...waiting, epoch: 13 }))
    const key = objectKey(variant, 1, 12)
    expect(key).not.toBe(objectKey(variant, 1))
    expect(parseObjectKey(key)).toBe(key)
  })

  it('are one job a rendition, with an id that a queue takes', () => {
    const first = persistJobId({ variant, renderedAt: 1 })
    expect(first).toBe(persistJobId({ variant: { ...variant }, renderedAt: 1 }))
    expect(first).not.toBe(persistJobId({ variant, renderedAt: 2 }))
    expect(first).not.toBe(persistJobId({ variant: { ...variant, blur: false }, renderedAt: 1 }))
    expect(first).not.toMatch(/:/)
  })
})

describe('the id of a job', () => {
  it('tells its rendition', () => {
    const jobId = persistJobId({ variant, renderedAt: 1_700_000_000_123 })
    const rendition = { digest: variantDigest(variant), renderedAt: 1_700_000_000_123 }
    expect(parsePersistJobId(jobId)).toEqual(rendition)
  })

  it.each(['', '17', 'repeat:x', `${'g'.repeat(64)}-1`])('%j tells nothing', (jobId) => {
    expect(parsePersistJobId(jobId)).toBeUndefined()
  })
})

describe('the pauses between the attempts of a job', () => {
  const attempts = Array.from({ length: jobAttempts - 1 }, (_, index) => index + 1)
  const pauses = attempts.map((attempt) => pauseBeforeAttempt(attempt))

  it('F10 grow to two minutes at the most, so that a job comes soon after any outage', () => {
    expect(pauses[0]).toBeLessThanOrEqual(1000)
    expect(pauses[9]).toBeGreaterThanOrEqual(60_000)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(120_000)
  })

  it('F10 outlast an outage of half an hour, and most of an hour', () => {
    const minutes = pauses.reduce((sum, ms) => sum + ms, 0) / 60_000
    expect(minutes).toBeGreaterThan(30)
    expect(minutes).toBeLessThan(65)
  })
})
