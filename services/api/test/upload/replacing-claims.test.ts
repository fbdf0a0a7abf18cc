import { writeFile } from 'node:fs/promises'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import type { Replacements } from '@iaas/common/ports/replacements'
import type { Token } from '@iaas/common/ports/token-store'
import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { createPutOriginal } from '../../src/upload/put-original.ts'
import { createReplacingClaims } from '../../src/upload/replacing-claims.ts'

const id = parseImageId('photo')
const points = { one: { x: 0.1, y: 0.1 }, two: { x: 0.2, y: 0.2 }, three: { x: 0.3, y: 0.3 } }

/** Claims of one caller; `completed` counts how often a switch was recorded. */
function createReplacements(): Replacements & { completed: number } {
  return {
    completed: 0,
    issue: async () => 'token' as Token,
    take: async () => 'token' as Token,
    isClaimable: async () => true,
    claim: async () => true,
    renew: async () => true,
    async complete() {
      return (this.completed += 1)
    },
    giveBack: async () => {},
    release: async () => {},
    sweep: async () => 0,
  }
}

async function setUp(keepVersions: number) {
  const folder = await createTemporaryFolder()
  const originals = createFakeOriginalStore(folder.path, keepVersions)
  const focalPoints = createFakeFocalStore()
  const putOriginal = createPutOriginal({ originals, focalPoints })
  const replacements = createReplacements()
  const log = createSilentLogger()
  const awaitEffect = async () => true
  const parts = { replacements, originals, putOriginal, awaitEffect, log }
  const claim = await createReplacingClaims(parts).take(id, 1000)
  const put = async (name: keyof typeof points) => {
    const file = await originals.createTemporary()
    await writeFile(file.path, name)
    const upload = { id, file, focal: points[name] }
    return name === 'one' ? putOriginal.put(upload) : (await claim.keep(upload)).original
  }
  const dispose = () => folder[Symbol.asyncDispose]()
  return { put, claim, focalPoints, replacements, [Symbol.asyncDispose]: dispose }
}

describe('the focal point of an original that is replaced', () => {
  it('T76 stays with a version that is kept, and is there when that is restored', async () => {
    await using rig = await setUp(1)
    const one = await rig.put('one')
    const two = await rig.put('two')
    const restored = (await rig.claim.restore(one.version)).original
    expect(restored).toEqual(one)
    expect(await rig.focalPoints.find(restored)).toEqual(points.one)
    expect(await rig.focalPoints.find(two)).toEqual(points.two)
    expect(rig.replacements.completed).toBe(2)
  })

  it('T76 goes with the version that is not kept', async () => {
    await using rig = await setUp(1)
    const [one, two, three] = [await rig.put('one'), await rig.put('two'), await rig.put('three')]
    const found = await Promise.all([one, two, three].map((each) => rig.focalPoints.find(each)))
    expect(found).toEqual([undefined, points.two, points.three])
  })
})

describe('a version that cannot be restored', () => {
  it('R82 raises nothing, and the claim ends', async () => {
    await using rig = await setUp(1)
    await rig.put('one')
    const restoring = rig.claim.restore('unknown')
    await expect(restoring).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' })
    await rig.claim.abandon(await restoring.catch((error: unknown) => error))
    expect(rig.replacements.completed).toBe(0)
  })
})
