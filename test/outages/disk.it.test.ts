import { execFileSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listFiles } from '../support/files.ts'
import { ask, getToken, store, upload } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type SmallDisk, mountSmallDisk, smallDiskMissing } from '@iaas/testing/small-disk'

const diskMegabytes = 16

describeUnless(smallDiskMissing, 'the disk of the originals', () => {
  let disk: SmallDisk
  let stack: Stack
  let photo: Buffer
  let serial = 0

  beforeAll(async () => {
    disk = await mountSmallDisk(diskMegabytes)
    stack = await startStack({ env: { ORIGINALS_DIR: disk.path } })
    photo = await makePhoto({ width: 900, height: 600, format: 'png' })
    await store(stack.base, 'photo', photo)
  })
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]()
    await disk?.[Symbol.asyncDispose]()
  })

  /** @returns the upload, to be sent once more */
  async function expectRefused() {
    const before = await listFiles(disk.path)
    const id = `refused ${(serial += 1)}`
    const token = await getToken(stack.base, id)
    const repeat = () => upload(stack.base, id, token, photo)
    const answer = await repeat()
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
    expect((await listFiles(disk.path)).filter((path) => !before.includes(path))).toEqual([])
    expect((await ask(stack.base, `/${encodeURIComponent(id)}.png`)).status).toBe(404)
    return { repeat }
  }

  async function expectServed(): Promise<void> {
    expect((await ask(stack.base, '/photo.png')).body.equals(photo)).toBe(true)
    expect((await ask(stack.base, `/photo_${(serial += 1)}_90.jpg`)).status).toBe(200)
  }

  it('F21 that is full keeps nothing from being served, and refuses uploads without a rest', async () => {
    const makeRoom = await disk.fill()
    await expectServed()
    await expectRefused()
    await makeRoom()
    await store(stack.base, 'with room again', photo)
  })

  it('F21 that fills up in the middle of an upload refuses it without a rest', async () => {
    const filler = join(disk.path, '.filler')
    const used = photo.length * 2
    const room = photo.length / 2
    await writeFile(filler, Buffer.alloc(diskMegabytes * 1024 * 1024 - used - room))
    const { repeat } = await expectRefused()
    await rm(filler)
    expect((await repeat()).status).toBe(200)
  })

  it('F21 that is read-only does the same, and works again without a restart', async () => {
    expect(disk.setReadOnly(true)).toBe(true)
    await expectServed()
    await expectRefused()
    expect(disk.setReadOnly(false)).toBe(true)
    await store(stack.base, 'writable again', photo)
  })
})

describe('an original', () => {
  let stack: Stack
  let photo: Buffer
  beforeAll(async () => {
    stack = await startStack()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  const originalsOf = async () => listFiles(join(stack.dataDir, 'originals', '_hashed'))

  it('F22 that is missing though it was uploaded is 404, and its id stays taken', async () => {
    const before = await originalsOf()
    await store(stack.base, 'missing', photo)
    const file = (await originalsOf()).find((path) => !before.includes(path))
    await rm(file ?? '')
    for (const path of ['/missing.jpg', '/missing_20_20.jpg']) {
      expect((await ask(stack.base, path)).status).toBe(404)
    }
    await expect(getToken(stack.base, 'missing')).rejects.toThrow(/403/)
  })

  it('F22 that is a pipe nobody writes to is 404 at once, and keeps nothing else waiting', async () => {
    const before = await originalsOf()
    await store(stack.base, 'pipe', photo)
    const file = (await originalsOf()).find((path) => !before.includes(path)) ?? ''
    await rm(file)
    execFileSync('mkfifo', [file])
    await store(stack.base, 'other', photo)
    const startedAt = performance.now()
    const paths = Array.from({ length: 20 }, (_, index) => `/pipe_${index + 10}_20.jpg`)
    const answers = await Promise.all([...paths, '/pipe.jpg'].map((path) => ask(stack.base, path)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
    expect((await ask(stack.base, '/other_20_20.jpg')).status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  })
})
