import { describe, expect, it } from '@jest/globals'
import type { Variant } from '../src/image/index.ts'
import { parseImageId } from '../src/image/index.ts'
import { parsePayload, persistJobId, toPayload } from '../src/jobs.ts'

const variant: Variant = {
  id: parseImageId('a: b/'.replace('/', '')),
  width: 10,
  height: 20,
  fit: 'crop',
  format: 'jpg',
  blur: true,
  quality: 7,
}

describe('payloads', () => {
  it('are read as they were written', () => {
    const request = { variant, renderedAt: 1_700_000_000_000 }
    expect(parsePayload(JSON.parse(JSON.stringify(toPayload(request))))).toEqual(request)
  })

  it.each([
    null,
    {},
    { ...toPayload({ variant, renderedAt: 1 }), v: 2 },
    { ...toPayload({ variant, renderedAt: 1 }), renderedAt: -1 },
    toPayload({ variant: { ...variant, id: '../../x' as never }, renderedAt: 1 }),
    toPayload({ variant: { ...variant, width: 0 }, renderedAt: 1 }),
    toPayload({ variant: { ...variant, fit: 'fill' as never }, renderedAt: 1 }),
  ])('are refused where they are none of ours: %j', (data) => {
    expect(() => parsePayload(data)).toThrow(/./)
  })

  it('are one job a rendering, with an id that a queue takes', () => {
    const first = persistJobId({ variant, renderedAt: 1 })
    expect(first).toBe(persistJobId({ variant: { ...variant }, renderedAt: 1 }))
    expect(first).not.toBe(persistJobId({ variant, renderedAt: 2 }))
    expect(first).not.toBe(persistJobId({ variant: { ...variant, blur: false }, renderedAt: 1 }))
    expect(first).not.toMatch(/:/)
  })
})
