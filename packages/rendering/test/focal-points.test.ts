import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { RenderTask } from '@iaas/common/ports/renderer'
import { addFocalPoints } from '@iaas/rendering/focal-points'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const original: OriginalRef = {
  id: parseImageId('photo'),
  version: '7.5',
  size: 7,
  modifiedAt: new Date(5),
}
const around = makeVariant({ fit: 'crop', gravity: 'focal' })

/** A renderer that notes its tasks, in front of a store that counts its calls. */
function setUp(find: () => Promise<{ x: number; y: number } | undefined>) {
  const tasks: RenderTask[] = []
  let finds = 0
  const note = async (task: RenderTask) => {
    tasks.push(task)
    return { kind: 'out-of-bounds', source: { width: 1, height: 1 } } as const
  }
  const counted = () => {
    finds += 1
    return find()
  }
  return { render: addFocalPoints({ render: note }, { find: counted }), tasks, finds: () => finds }
}

describe('renders around the focal point', () => {
  it('get the point of their original, and all other renders cost no lookup', async () => {
    const { render, tasks, finds } = setUp(async () => ({ x: 0.1, y: 0.9 }))
    await render({ original, variant: makeVariant({ fit: 'crop', gravity: 'smart' }) })
    expect([finds(), tasks[0]?.focal]).toEqual([0, undefined])
    await render({ original, variant: around, client: 'one' })
    expect(tasks[1]).toEqual({
      original,
      variant: around,
      client: 'one',
      focal: { x: 0.1, y: 0.9 },
    })
  })

  it('R62 fail while the point cannot be read, so that no crop around another point is stored', async () => {
    const { render, tasks } = setUp(() =>
      Promise.reject(new AppError('STORE_UNAVAILABLE', 'Nothing can be read now.')),
    )
    const rendering = render({ original, variant: around })
    await expect(rendering).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(tasks).toEqual([])
  })
})
