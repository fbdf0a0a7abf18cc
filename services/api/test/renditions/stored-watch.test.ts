import { setImmediate } from 'node:timers/promises'
import { variantDigest } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import type { Link } from '@iaas/common/ports/link-store'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { createRig, plainVariant } from '../_rig.ts'

/** Asks for another variant first, so that the spool was seen empty. */
async function createLoneRig() {
  const rig = await createRig({ storesAlone: true })
  await rig.serve({ width: 11 })
  await rig.drain()
  rig.store.finds = 0
  return rig
}

describe('a process that stores renditions alone', () => {
  it('looks up the link of a miss once, and does not look into its empty spool', async () => {
    await using rig = await createLoneRig()
    let spoolLookups = 0
    rig.spool.size = async () => {
      spoolLookups += 1
      return undefined
    }
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
    expect([rig.store.finds, spoolLookups]).toEqual([1, 0])
  })

  it('R12 looks up a link again that it may have recorded since, and renders once', async () => {
    await using rig = await createLoneRig()
    const open = rig.renderer.hold()
    const rendered = rig.serve()
    await until(() => rig.renderer.jobs.length === 2)
    let answer: (link: Link | undefined) => void = () => {}
    let isHeld = true
    const found = { kind: 'hit', address: 'https://cdn.example/stored' }
    rig.store.find = () =>
      isHeld
        ? new Promise((resolve) => (answer = resolve))
        : Promise.resolve({ address: found.address })
    const late = rig.serve()
    isHeld = false
    open()
    expect(await rendered).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    await setImmediate()
    // The lookup of the late request still runs, and is not joined by others.
    expect(await rig.serve()).toMatchObject(found)
    answer(undefined)
    expect(await late).toMatchObject(found)
    expect(rig.renderer.jobs).toHaveLength(2)
  })

  it('answers from the spool what an earlier process left there', async () => {
    const bytes = Buffer.from('spooled')
    const digest = variantDigest(plainVariant(parseImageId('photo')))
    const entries = new Map([[digest, { bytes, renderedAt: 1_700_000_000_000 }]])
    await using rig = await createRig({ storesAlone: true, entries })
    await rig.serve({ width: 11 })
    await rig.drain()
    expect(await rig.serve()).toMatchObject({ outcome: 'spool', bytes })
  })
})
