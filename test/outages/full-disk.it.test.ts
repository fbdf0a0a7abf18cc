import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { type SmallDisk, mountSmallDisk, smallDiskMissing } from '@iaas/testing/small-disk'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { listFiles } from '../support/files.ts'
import { ask, getToken, json, store, upload } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'

const mebibyte = 1024 ** 2

describeUnless(smallDiskMissing, 'originals on a disk of 64 MB', () => {
  let apis: Apis
  let api: Stack
  let disk: SmallDisk
  let photo: Buffer

  beforeAll(async () => {
    disk = await mountSmallDisk(64)
    apis = await provideApis()
    api = await apis.start({ ORIGINALS_DIR: disk.path })
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
  })
  afterAll(async () => {
    await apis?.[Symbol.asyncDispose]()
    await disk?.[Symbol.asyncDispose]()
  })

  it('T18 are never pushed off it: uploads end before it is full, images are served, tokens stay good', async () => {
    const large = Buffer.concat([photo, Buffer.alloc(10 * mebibyte)])
    await store(api.base, 'first', photo)
    const statuses: number[] = []
    while (!statuses.includes(503) && statuses.length < 20) {
      const id = `large ${statuses.length}`
      statuses.push((await upload(api.base, id, await getToken(api.base, id), large)).status)
    }
    expect(statuses.slice(0, 3)).toEqual([200, 200, 200])
    expect(statuses.at(-1)).toBe(503)
    expect((await listFiles(disk.path)).filter((file) => file.includes('.incoming'))).toEqual([])

    const { bavail, bsize } = await statfs(disk.path)
    const ballast = join(disk.path, 'ballast')
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 2 * mebibyte)))
    const token = await getToken(api.base, 'small')
    const refused = await upload(api.base, 'small', token, photo)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    expect(json(refused)['type']).toBe('urn:iaas:problem:store-full')
    expect((await ask(api.base, '/first.jpg')).body.equals(photo)).toBe(true)
    expect((await ask(api.base, '/first_50_50.png')).status).toBe(200)

    await rm(ballast)
    expect((await upload(api.base, 'small', token, photo)).status).toBe(200)
  })
})
