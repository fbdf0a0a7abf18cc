import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isAppError } from '@iaas/common/errors'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import { parseImageId } from '@iaas/common/image'
import { createKillLimit } from '@iaas/rendering/pool/limit-kills'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeJob, makeSlowAndQuick } from '../bombs.ts'
import { openPool } from '../open-pool.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let slow: RenderFileTask
let quick: RenderFileTask
beforeAll(async () => {
  folder = await createTemporaryFolder()
  ;({ slow, quick } = await makeSlowAndQuick(folder.path))
})
afterAll(async () => folder[Symbol.asyncDispose]())

describe('R30 four clients that ask for ever new sizes', () => {
  it.each([
    ['of one costly original', () => 'costly'],
    ['of ever new costly originals', (round: number) => `costly ${round}`],
  ])('%s leave another its renders', async (_name, nameOf) => {
    await using pool = openPool({ timeoutMs: 5000, queueTimeoutMs: 20_000 })
    const ending = new AbortController()
    let asked = 0
    const attack = async (client: string) => {
      while (!ending.signal.aborted) {
        asked += 1
        // Refusals at once would leave no turn to anything else.
        await setImmediate()
        const id = parseImageId(nameOf(asked))
        const variant = { ...slow.variant, id, width: 20 + asked }
        await pool.render({ ...slow, variant, client }).catch((error: unknown) => {
          if (!isAppError(error)) throw error
        })
      }
    }
    const attacks = ['a', 'b', 'c', 'd'].map(attack)
    const statuses: string[] = []
    for (let width = 1; width <= 4; width += 1) {
      const variant = { ...quick.variant, width }
      const outcome = await pool
        .render({ ...quick, variant, client: 'victim' })
        .catch((error: unknown) => ({ kind: isAppError(error) ? error.code : 'failed' }))
      statuses.push(outcome.kind)
    }
    ending.abort()
    await Promise.all(attacks)
    expect(statuses).toEqual(Array<string>(4).fill('rendered'))
  })
})

describe('R32 clients that leave before their answers', () => {
  it('kill no child by a small render, which is done all the same', async () => {
    await using pool = openPool()
    await Promise.all([pool.render(quick), pool.render(quick)])
    const { started } = pool.stats()
    for (let round = 1; round <= 10; round += 1) {
      const leaving = new AbortController()
      const variant = { ...quick.variant, width: round }
      const render = pool.render({ ...quick, variant, client: 'leaver' }, leaving.signal)
      await setImmediate()
      leaving.abort()
      expect(await render).toMatchObject({ kind: 'rendered' })
    }
    expect(pool.stats().started).toBe(started)
  })

  it('kill no more than a few children each by what takes long, and another is served', async () => {
    let late = 0
    const events = { task: () => {}, childLost: () => void (late += 1) }
    await using pool = openPool({ timeoutMs: 12_000, queueTimeoutMs: 20_000, events })
    const ending = new AbortController()
    let asked = 0
    const leaveAgainAndAgain = async (client: string) => {
      while (!ending.signal.aborted) {
        asked += 1
        const id = parseImageId(`costly ${asked}`)
        const job = { ...slow, variant: { ...slow.variant, id }, client }
        const leaving = AbortSignal.timeout(60)
        await pool.render(job, leaving).catch(() => {})
        await setImmediate()
      }
    }
    const leavers = Array.from({ length: 8 }, (_, index) => leaveAgainAndAgain(`leaver ${index}`))
    const kinds: string[] = []
    for (let width = 1; width <= 4; width += 1) {
      const variant = { ...quick.variant, width }
      const outcome = await pool
        .render({ ...quick, variant, client: 'victim' })
        .catch((error: unknown) => ({ kind: isAppError(error) ? error.code : 'failed' }))
      kinds.push(outcome.kind)
    }
    ending.abort()
    await Promise.all(leavers)
    expect(kinds).toEqual(Array<string>(4).fill('rendered'))
    expect(asked).toBeGreaterThan(8)
    // Two at the start, three that each leaver may have killed, and what was over its time.
    expect(pool.stats().started).toBeLessThanOrEqual(2 + 8 * 3 + late)
  })

  it('are bounded each by itself, for a minute', () => {
    let now = 1000
    const kills = createKillLimit(() => now)
    const take = (client: string) => [1, 2, 3, 4].map(() => kills.take(client))
    expect(take('one')).toEqual([true, true, true, false])
    expect(take('another')).toEqual([true, true, true, false])
    now += 60_000
    expect(kills.take('one')).toBe(true)
  })
})

describe('R31 a page of a hundred new thumbnails', () => {
  it('is rendered whole where one client asks for all of it at once', async () => {
    await using pool = openPool({ queueLimit: 256 })
    const renders = Array.from({ length: 100 }, (_, index) =>
      pool.render({ ...quick, variant: { ...quick.variant, width: 1 + index }, client: 'page' }),
    )
    const outcomes = await Promise.allSettled(renders)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })
})

describe('T29 an upload that takes longer to decode than a render may', () => {
  it('is refused by the processor time that it took, and its child is given nothing else', async () => {
    // Fewer scans than are refused by counting.
    const { path } = await makeJob(join(folder.path, 'costly'), makeScanBomb(5400, 5400, 100))
    const job = { path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false }
    await using pool = openPool({ timeoutMs: 100, concurrency: 1 })
    await pool.inspect({ path: quick.path })
    const before = pool.stats().children
    await expect(pool.ingest(job)).rejects.toMatchObject({
      code: 'IMAGE_TOO_COSTLY',
      message: expect.stringContaining('timeout.conversion'),
    })
    expect(await pool.inspect({ path: quick.path })).toMatchObject({ format: 'jpg' })
    expect(pool.stats().children).not.toEqual(before)
  })

  it('is accepted where renders have the time', async () => {
    await using pool = openPool({ timeoutMs: 0 })
    const job = { path: quick.path, outputPath: `${quick.path}.out`, crop: undefined }
    expect(await pool.ingest({ ...job, stripMetadata: false })).toMatchObject({ reencoded: false })
  })
})
