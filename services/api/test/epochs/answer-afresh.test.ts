import { describe, expect, it } from '@jest/globals'
import { AppError } from '@iaas/common/errors'
import { renditionDigest } from '@iaas/common/digest'
import { until } from '@iaas/testing/until'
import { createKnownEpochs } from '../../src/epochs/known-epochs.ts'
import { createRig, plainVariant } from '../_rig.ts'

const bytesOf = (text: string) => Buffer.from(text)

describe('an answer whose original is raised while it is made', () => {
  it('R70 is made again from the lookup on, in the new epoch, beside what was in flight', async () => {
    await using rig = await createRig()
    const release = rig.renderer.hold()
    const first = rig.serve()
    await until(() => rig.renderer.jobs.length === 1)
    rig.epochs.act([{ id: rig.id, epoch: 7, isGone: false }])
    const second = rig.serve()
    await until(() => rig.renderer.jobs.length === 2)
    release()
    await Promise.all([first, second])
    expect(rig.renderer.jobs).toHaveLength(2)
    await rig.drain()
    const variant = plainVariant(rig.id)
    const names = [...rig.entries.keys()]
    expect(names).toContain(renditionDigest({ variant }))
    expect(names).toContain(renditionDigest({ variant, epoch: 7 }))
    expect(rig.persistence.renditions).toContainEqual(expect.objectContaining({ epoch: 7 }))
  })

  it('R70 does not come from the spool of an earlier epoch', async () => {
    await using rig = await createRig()
    const variant = plainVariant(rig.id)
    rig.entries.set(renditionDigest({ variant }), {
      bytes: bytesOf('old'),
      renderedAt: rig.time.now,
    })
    expect(await rig.serve()).toMatchObject({ outcome: 'spool' })
    rig.epochs.act([{ id: rig.id, epoch: 7, isGone: false }])
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
  })

  it('R82 is made again from the lookup on if its original was replaced before its file was read', async () => {
    await using rig = await createRig()
    const render = rig.renderer.render.bind(rig.renderer)
    let renders = 0
    rig.renderer.render = (task, signal) => {
      renders += 1
      if (renders > 2) return render(task, signal)
      return Promise.reject(new AppError('VERSION_NOT_FOUND', 'It was replaced.'))
    }
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
    expect(renders).toBe(3)
  })

  it('R70 is refused for a moment if the original is raised all the time', async () => {
    await using rig = await createRig()
    let raises = 0
    const find = rig.store.find.bind(rig.store)
    rig.store.find = async (variant) => {
      raises += 1
      rig.epochs.act([{ id: rig.id, epoch: raises, isGone: false }])
      return find(variant)
    }
    await expect(rig.serve()).rejects.toMatchObject({ code: 'STORE_BUSY' })
    expect(rig.renderer.jobs).toHaveLength(4)
  })

  it('F48 is made again once if the process stops counting as registered meanwhile', async () => {
    await using rig = await createRig()
    const find = rig.store.find.bind(rig.store)
    rig.store.find = async (variant) => {
      rig.epochs.trust(0)
      return find(variant)
    }
    // The first render is in the spool by then.
    expect(await rig.serve()).toMatchObject({ outcome: 'spool' })
    expect(rig.renderer.jobs).toHaveLength(1)
  })
})

describe('a process that has not reached the database since it started', () => {
  it('F62 answers nothing from the spool and stores nothing, until it has caught up with the epochs', async () => {
    const epochs = createKnownEpochs()
    await using rig = await createRig({ epochs })
    const variant = plainVariant(rig.id)
    const old = { bytes: bytesOf('of a version that was replaced'), renderedAt: rig.time.now }
    rig.entries.set(renditionDigest({ variant }), old)
    for (let request = 0; request < 2; request += 1)
      expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(rig.renderer.jobs).toHaveLength(2)
    expect([...rig.entries.values()]).toEqual([old])
    expect(rig.persistence.renditions).toEqual([])

    epochs.act([{ id: rig.id, epoch: 7, isGone: false }])
    epochs.trust(performance.now() + 60_000)
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(await rig.serve()).toMatchObject({ outcome: 'spool' })
    expect(rig.persistence.renditions).toMatchObject([{ epoch: 7 }])
    // The database is away again: what was stored since may be answered.
    epochs.trust(0)
    expect(await rig.serve()).toMatchObject({ outcome: 'spool' })
  })
})
