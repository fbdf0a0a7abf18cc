import { describe, expect, it } from '@jest/globals'
import { makeFacts } from '@iaas/testing/facts'
import { parseFromChild } from '@iaas/rendering/protocol'

const info = { format: 'jpg', size: { width: 2, height: 1 } }
const rendered = { kind: 'rendered', bytes: new Uint8Array([1, 2]), isCostly: false }

describe('what a child says', () => {
  it.each([
    ['inspect', { kind: 'done', result: info }],
    ['describe', { kind: 'done', result: makeFacts() }],
    ['render', { kind: 'done', result: rendered }],
    ['render', { kind: 'done', result: { kind: 'out-of-bounds', source: info.size } }],
    ['take-in', { kind: 'done', result: { ...info, reencoded: true } }],
    ['copy', { kind: 'done', result: { kind: 'copied', quality: 85 } }],
    ['copy', { kind: 'done', result: { kind: 'pointless' } }],
    ['render', { kind: 'cost', bytes: 5 }],
    ['render', { kind: 'failed', code: 'IMAGE_DAMAGED', message: 'It is damaged.' }],
  ] as const)('is read, of %s: %j', (kind, message) => {
    expect(parseFromChild(kind, message)).toEqual(message)
  })

  it('does not have its image copied', () => {
    const message = parseFromChild('render', { kind: 'done', result: rendered })
    expect(message).toMatchObject({ result: { bytes: expect.any(Uint8Array) } })
    expect(message?.kind === 'done' && 'bytes' in message.result && message.result.bytes).toBe(
      rendered.bytes,
    )
  })

  it.each([
    undefined,
    'done',
    { kind: 'task' },
    { kind: 'cost', bytes: -1 },
    { kind: 'cost', bytes: Number.NaN },
    { kind: 'failed', code: 'NONE', message: '' },
    { kind: 'done', result: info },
    { kind: 'done', result: { kind: 'rendered', bytes: 'text' } },
    { kind: 'done', result: { kind: 'out-of-bounds', source: { width: 0, height: 1 } } },
  ])('is refused where no such task says it: %j', (message) => {
    expect(parseFromChild('render', message)).toBeUndefined()
  })

  it.each([
    { palette: Array.from({ length: 7 }, () => ({ colour: '000000', share: 0.1 })) },
    { placeholder: `data:image/webp;base64,${'A'.repeat(10_000)}` },
    { placeholder: 'data:text/html;base64,AAAA' },
    { profile: 'a\nb' },
    { averageColour: 'red' },
    { exif: { ['__proto__x']: 'a' } },
    { exif: { Make: 'a'.repeat(1000) } },
    { exif: { Make: { deep: 'a' } } },
    { exif: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`Make${index}`, 'a'])) },
    { frames: 0 },
  ])('T52 is refused for facts that are more than facts: %j', (part) => {
    const result = { ...makeFacts(), ...part }
    expect(parseFromChild('describe', { kind: 'done', result })).toBeUndefined()
  })
})
