import { type Variant, parseImageId, parseRect } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { RenderTask, Renderer } from '@iaas/common/ports/renderer'
import { keepStrikingPoints } from '@iaas/rendering/striking-points'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const original: OriginalRef = {
  id: parseImageId('photo'),
  version: '7.5',
  size: 7,
  modifiedAt: new Date(5),
}
const found = { x: 0.1, y: 0.9 }
const smart = (part: Partial<Variant> = {}) =>
  makeVariant({ fit: 'crop', gravity: 'smart', ...part })

/** A renderer that notes its tasks, and finds a point in each that lacks one. */
function setUp() {
  const tasks: RenderTask[] = []
  const render: Renderer['render'] = async (task) => {
    tasks.push(task)
    return {
      kind: 'rendered',
      bytes: Buffer.alloc(1),
      timing: { queueMs: 0, renderMs: 1 },
      isCostly: false,
      striking: task.striking ?? found,
    }
  }
  return { render: keepStrikingPoints({ render }), known: () => tasks.map((task) => task.striking) }
}

describe('the striking point of an original', () => {
  it('R66 is found once for all sizes and formats', async () => {
    const { render, known } = setUp()
    await render({ original, variant: smart({ width: 100 }) })
    await render({ original, variant: smart({ width: 200 }) })
    await render({ original, variant: smart({ width: 200, format: 'webp', blur: 4 }) })
    expect(known()).toEqual([undefined, found, found])
  })

  it('is another one for another version and for another part', async () => {
    const { render, known } = setUp()
    await render({ original, variant: smart() })
    await render({ original: { ...original, version: '7.6' }, variant: smart() })
    await render({ original, variant: smart({ rect: parseRect('0,0,50,50') }) })
    await render({ original, variant: smart({ trim: 10 }) })
    await render({ original, variant: smart({ rotate: 90 }) })
    await render({ original, variant: smart({ flip: 'horizontal' }) })
    await render({ original, variant: smart({ frame: 1 }) })
    expect(known()).toEqual(Array.from({ length: 7 }, () => undefined))
  })

  it('concerns no variant around another point', async () => {
    const { render, known } = setUp()
    await render({ original, variant: smart() })
    await render({ original, variant: makeVariant({ fit: 'crop' }) })
    expect(known()).toEqual([undefined, undefined])
  })
})
