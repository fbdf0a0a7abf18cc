import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { costlyImage, makeJob, slowImage } from '../bombs.ts'
import { openPool } from '../open-pool.ts'

const megabyte = 1024 * 1024

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let slow: RenderFileTask
let costly: RenderFileTask
let quick: RenderFileTask
beforeAll(async () => {
  folder = await createTemporaryFolder()
  slow = await makeJob(join(folder.path, 'slow'), slowImage)
  costly = await makeJob(join(folder.path, 'costly'), costlyImage)
  const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  quick = await makeJob(join(folder.path, 'quick'), photo)
})
afterAll(async () => folder[Symbol.asyncDispose]())

describe('a pool under load', () => {
  it('does as much at once as it has children, and the rest after', async () => {
    await using pool = openPool({ concurrency: 2 })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => pool.render(quick)))
    expect(outcomes.every(({ kind }) => kind === 'rendered')).toBe(true)
    expect(pool.stats().children).toHaveLength(2)
    expect(pool.stats()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('refuses at once what its queue has no room for', async () => {
    await using pool = openPool({ concurrency: 1, queueLimit: 1 })
    const caller = new AbortController()
    const running = pool.render(slow, caller.signal).catch(() => {})
    const waiting = pool.render(quick)
    expect(pool.stats()).toMatchObject({ inFlight: 1, waiting: 1 })
    await expect(pool.render(quick)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    caller.abort()
    await running
    expect(await waiting).toMatchObject({ kind: 'rendered' })
  })

  it('refuses what has waited too long', async () => {
    await using pool = openPool({ concurrency: 1, queueTimeoutMs: 50 })
    const caller = new AbortController()
    const running = pool.render(slow, caller.signal).catch(() => {})
    await expect(pool.render(quick)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    caller.abort()
    await running
  })

  it('takes work out of the queue whose caller goes away', async () => {
    await using pool = openPool({ concurrency: 1 })
    const [first, second] = [new AbortController(), new AbortController()]
    const running = pool.render(slow, first.signal).catch(() => {})
    const waiting = pool.render(quick, second.signal)
    second.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect(pool.stats()).toMatchObject({ inFlight: 1, waiting: 0 })
    first.abort()
    await running
  })

  it('does not do at once what would take more memory than there is', async () => {
    // One of them is estimated at some 141 MB.
    await using pool = openPool({ memoryBudgetBytes: 200 * megabyte, queueTimeoutMs: 3000 })
    const caller = new AbortController()
    const running = pool.render(slow, caller.signal).catch(() => {})
    await until(() => pool.stats().memoryBytes > 130 * megabyte)
    await expect(pool.render(costly)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    caller.abort()
    await running
    expect(await pool.render(costly)).toMatchObject({ kind: 'rendered' })
  })

  it('does at once what there is memory for', async () => {
    await using pool = openPool({ memoryBudgetBytes: 400 * megabyte, queueTimeoutMs: 3000 })
    const caller = new AbortController()
    const running = pool.render(slow, caller.signal).catch(() => {})
    expect(await pool.render(costly)).toMatchObject({ kind: 'rendered' })
    expect(pool.stats().inFlight).toBe(1)
    caller.abort()
    await running
  })

  it('does costly work one after the other where there is memory for one', async () => {
    await using pool = openPool({ memoryBudgetBytes: 200 * megabyte, concurrency: 4 })
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => pool.render(costly)))
    expect(outcomes.every(({ kind }) => kind === 'rendered')).toBe(true)
    expect(pool.stats().memoryBytes).toBe(0)
  })

  it('refuses an image that takes more memory than there is at all, and keeps the child', async () => {
    await using pool = openPool({ memoryBudgetBytes: 100 * megabyte })
    await pool.render(quick)
    const { children } = pool.stats()
    await expect(pool.render(costly)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
    expect(await pool.render(quick)).toMatchObject({ kind: 'rendered' })
    expect(pool.stats().children).toEqual(children)
  })

  it('asks to come again with such an image where it stands in for a renderer that may have more', async () => {
    await using pool = openPool({ memoryBudgetBytes: 100 * megabyte, isStandIn: true })
    await expect(pool.render(costly)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
  })

  it('gets all its memory back, also from a child that dies while it waits for some', async () => {
    await using pool = openPool({ memoryBudgetBytes: 200 * megabyte })
    const caller = new AbortController()
    const running = pool.render(slow, caller.signal).catch(() => {})
    await until(() => pool.stats().memoryBytes > 130 * megabyte)
    const [busy] = pool.stats().children
    const waiting = pool.render(costly)
    await until(() => pool.stats().children.length === 2)
    process.kill(
      pool.stats().children.find((pid) => pid !== busy)!,
      'SIGKILL',
    )
    caller.abort()
    await running
    expect(await waiting).toMatchObject({ kind: 'rendered' })
    const again = await Promise.all([pool.render(costly), pool.render(costly)])
    expect(again.map(({ kind }) => kind)).toEqual(['rendered', 'rendered'])
    expect(pool.stats().memoryBytes).toBe(0)
  })

  it('tells what became of each task', async () => {
    const told: string[] = []
    const task = (kind: string, outcome: string) => void told.push(`${kind} ${outcome}`)
    await using pool = openPool({ events: { task, childLost: () => {} } })
    await pool.render(quick)
    await pool.inspect({ path: join(folder.path, 'none') }).catch(() => {})
    await pool.inspect({ path: quick.path }, AbortSignal.abort()).catch(() => {})
    expect(told).toEqual(['render done', 'inspect ORIGINAL_NOT_FOUND', 'inspect aborted'])
  })
})
