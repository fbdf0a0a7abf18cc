import { describe, expect, it } from '@jest/globals'
import { estimateMemory, estimateTrim } from '@iaas/rendering/formats/cost'
import { blurReduced, effectOperations } from '@iaas/rendering/pipeline/look/effects'
import { isOnePass } from '@iaas/rendering/pipeline/look/operation'
import { planLook } from '@iaas/rendering/pipeline/look/look'
import { planRender } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { facts } from '../facts.ts'

const bounds = { width: 5000, height: 5000 }
const none = { blur: false, sharpen: false, pixelate: undefined } as const

function passesOf(part: Parameters<typeof makeVariant>[0], source = facts): boolean {
  const variant = makeVariant(part)
  const plan = planRender(source.size, variant, bounds)
  const { operations, isForeign } = planLook({ variant, plan, source, blurSigma: 3, layers: [] })
  return isOnePass(operations, isForeign)
}

describe('the work of options', () => {
  it('R50 blurs by a large sigma at a smaller size, so that the work does not grow with it', async () => {
    const [operation] = effectOperations({ ...none, blur: 100 }, 3)
    expect(operation).toHaveProperty('change')
    expect(effectOperations({ ...none, blur: 10 }, 3)[0]).toHaveProperty('rank')
    const pixels = {
      data: Buffer.alloc(300 * 2 * 3, 77),
      width: 300,
      height: 2,
      channels: 3,
    } as const
    expect((await blurReduced(pixels, 100)).data.equals(pixels.data)).toBe(true)
  })

  it('R50 counts every pass and the search of a border in the estimate', () => {
    const output = { width: 2000, height: 2000 }
    const plain = estimateMemory(facts, output)
    expect(estimateMemory(facts, { ...output, isWorked: true }) - plain).toBeGreaterThanOrEqual(
      8 * 2000 * 2000,
    )
    expect(estimateTrim(facts, facts.size)).toBeGreaterThan(8 * facts.pixels)
  })

  it('takes one pass where the order of sharp is the order of work', () => {
    expect(passesOf({ grayscale: true, negate: true })).toBe(true)
    expect(passesOf({ blur: 3, sharpen: 2 })).toBe(true)
    expect(passesOf({ padding: { top: 1, right: 1, bottom: 1, left: 1 } })).toBe(true)
    expect(
      passesOf({ background: '336699' as never, fit: 'canvas' }, { ...facts, hasAlpha: true }),
    ).toBe(true)
    expect(passesOf({ hue: 9, blur: 3 })).toBe(false)
    expect(passesOf({ negate: true, fit: 'canvas' })).toBe(false)
  })
})
