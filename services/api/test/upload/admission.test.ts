import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { DiskSpace } from '@iaas/common/ports/original-store'
import type { Ingested, Renderer } from '@iaas/common/ports/renderer'
import type { Token } from '@iaas/common/ports/token-store'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { createFakeTokenStore } from '@iaas/testing/fakes/token-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { createUploadAdmission } from '../../src/upload/admission.ts'
import { createIntake } from './_intake.ts'

const roomy: DiskSpace = { freeBytes: 2 ** 40, totalBytes: 2 ** 41 }
const gibibyte = 2 ** 30

describe('the admission of uploads', () => {
  it('T8b takes as many uploads at once as are allowed, and the next when one has ended', async () => {
    const admission = createUploadAdmission({ maxInFlight: 2 }, async () => roomy)
    let finish = (_result: string) => {}
    const gate = new Promise<string>((resolve) => (finish = resolve))
    const running = [admission.admit(() => gate), admission.admit(() => gate)]
    await expect(admission.admit(async () => 'third')).rejects.toMatchObject({
      code: 'UPLOADS_BUSY',
    })
    finish('done')
    expect(await Promise.all(running)).toEqual(['done', 'done'])
    expect(await admission.admit(async () => 'third')).toBe('third')
  })

  it('T8b gives the place of an upload that failed to another', async () => {
    const admission = createUploadAdmission({ maxInFlight: 1 }, async () => roomy)
    for (let round = 0; round < 3; round += 1) {
      await expect(admission.admit(() => Promise.reject(new Error('broken off')))).rejects.toThrow(
        'broken',
      )
    }
    expect(await admission.admit(async () => 'taken')).toBe('taken')
  })

  it.each([
    ['less than 1 GiB of a large disk', 0.99 * gibibyte, 1000 * gibibyte, undefined],
    ['less than 5 % of a small one', 0.04 * gibibyte, gibibyte, undefined],
    ['less than what is configured', 9 * gibibyte, 1000 * gibibyte, 10 * gibibyte],
  ])('T18 takes no upload where the disk has %s left', async (_name, free, total, floor) => {
    const settings = { maxInFlight: 9, minFreeBytes: floor }
    const space = async () => ({ freeBytes: free, totalBytes: total })
    const admission = createUploadAdmission(settings, space)
    await expect(admission.admit(async () => 'taken')).rejects.toMatchObject({ code: 'STORE_FULL' })
  })

  it.each([
    ['1 GiB of a large disk', gibibyte, 1000 * gibibyte, undefined],
    ['5 % of a small one', 0.05 * gibibyte, gibibyte, undefined],
    ['nothing, where nothing must be left', 0, gibibyte, 0],
  ])('T18 takes uploads where the disk has %s left', async (_name, free, total, floor) => {
    const settings = { maxInFlight: 9, minFreeBytes: floor }
    const space = async () => ({ freeBytes: free, totalBytes: total })
    const admission = createUploadAdmission(settings, space)
    expect(await admission.admit(async () => 'taken')).toBe('taken')
  })

  it('T8b who has no token takes no place', async () => {
    await using folder = await createTemporaryFolder()
    const tokens = createFakeTokenStore(Date.now)
    let admitted = 0
    const storeOriginal = createIntake({
      tokens,
      originals: createFakeOriginalStore(folder.path),
      admission: { admit: (upload) => ((admitted += 1), upload()) },
      renderer: { ...acceptEverything, prepare() {}, async prepareNow() {} },
    })
    const id = parseImageId('photo')
    const { signal } = new AbortController()
    const request = {
      ids: [id] as const,
      query: [],
      client: 'one',
      receive: async () => {},
      longestReceiveMs: 1000,
      signal,
    }
    for (const token of [undefined, 'bogus']) {
      await expect(storeOriginal({ ...request, token })).rejects.toMatchObject({
        code: 'TOKEN_INVALID',
      })
    }
    expect(admitted).toBe(0)
    await storeOriginal({ ...request, token: await tokens.issue(id) })
    expect(admitted).toBe(1)
  })

  it('T18 a token is still good after an upload that found no room', async () => {
    await using folder = await createTemporaryFolder()
    const space = { freeBytes: 0, totalBytes: gibibyte }
    const tokens = createFakeTokenStore(Date.now)
    const storeOriginal = createIntake({
      tokens,
      originals: createFakeOriginalStore(folder.path),
      admission: createUploadAdmission({ maxInFlight: 1 }, async () => space),
      renderer: { ...acceptEverything, prepare() {}, async prepareNow() {} },
    })
    const id = parseImageId('photo')
    const token: Token = await tokens.issue(id)
    let bodiesRead = 0
    const upload = () =>
      storeOriginal({
        ids: [id],
        token,
        query: [],
        client: 'one',
        receive: async () => void (bodiesRead += 1),
        longestReceiveMs: 1000,
        signal: new AbortController().signal,
      })
    await expect(upload()).rejects.toBeInstanceOf(AppError)
    expect(bodiesRead).toBe(0)
    space.freeBytes = gibibyte
    expect(await upload()).toMatchObject({ size: { width: 1, height: 1 } })
  })
})

const ingested: Ingested = { reencoded: false, format: 'png', size: { width: 1, height: 1 } }
const acceptEverything: Renderer = {
  inspect: () => Promise.reject(new Error('Nothing is inspected here.')),
  describe: () => Promise.reject(new Error('Nothing is described here.')),
  render: () => Promise.reject(new Error('Nothing is rendered here.')),
  ingest: async () => ingested,
}
