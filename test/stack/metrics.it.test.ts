import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, askUntil, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'

describe('the metrics', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
    await store(stack.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  const read = () => readMetrics(stack.admin)

  // The increase of a series that begins with 1 is 0 to Prometheus, and no alert would tell of it.
  it.each([
    ['iaas_jobs_total', 'result', ['done', 'retried', 'failed']],
    [
      'iaas_persists_total',
      'result',
      ['scheduled', 'spool-full', 'queue-full', 'failed', 'skipped', 'over-limit'],
    ],
    ['iaas_rejections_total', 'reason', ['RENDERER_BUSY', 'STORE_UNAVAILABLE', 'TOO_MANY_RENDERS']],
    ['iaas_render_children_lost_total', 'reason', ['crashed', 'late']],
  ])('tell of %s as 0 before it happens', async (name, label, values) => {
    const metrics = await read()
    for (const value of values) {
      expect([value, metrics.has(name, { [label]: value })]).toEqual([value, true])
      expect([value, metrics.sum(name, { [label]: value })]).toEqual([value, 0])
    }
  })

  it.each(['upload', 'token', 'api:createOriginal'])(
    'tell of each %s that fails on this side as 0 before it happens',
    async (route) => {
      const metrics = await read()
      for (const status of ['500', '503']) {
        const labels = { route, outcome: 'error', status }
        expect(metrics.has('iaas_requests_total', labels)).toBe(true)
        expect(metrics.sum('iaas_requests_total', labels)).toBe(0)
      }
    },
  )

  it('tell of the disk of the originals, its size and what is free', async () => {
    const metrics = await read()
    const [free, size] = ['iaas_disk_free_bytes', 'iaas_disk_size_bytes'].map((name) =>
      metrics.sum(name),
    )
    expect(size).toBeGreaterThan(1e9)
    expect(free).toBeGreaterThan(0)
    expect(free).toBeLessThanOrEqual(size ?? 0)
  })

  it('count the jobs of each queue from 0 on', async () => {
    const metrics = await read()
    for (const queue of ['uploads', 'records']) {
      expect(metrics.has('iaas_jobs_total', { queue, result: 'failed' })).toBe(true)
    }
  })

  it('tell of no reason to turn a request away that never is one', async () => {
    expect((await read()).has('iaas_rejections_total', { reason: 'ORIGINAL_NOT_FOUND' })).toBe(
      false,
    )
  })

  it('count requests by route, outcome and status', async () => {
    await ask(stack.base, '/photo_40_40.jpg')
    await askUntil(({ status }) => status === 307, stack.base, '/photo_40_40.jpg')
    await ask(stack.base, '/photo_9999_40.jpg')
    await ask(stack.base, '/photo.jpg')
    await ask(stack.base, '/nobody_1_1.jpg')
    const metrics = await read()
    const count = (labels: Record<string, string>) => metrics.sum('iaas_requests_total', labels)
    expect(count({ route: 'image', outcome: 'miss', status: '200' })).toBe(1)
    expect(count({ route: 'image', outcome: 'hit', status: '307' })).toBe(1)
    expect(count({ route: 'image', outcome: 'bounded', status: '307' })).toBe(1)
    expect(count({ route: 'original', outcome: 'original', status: '200' })).toBe(1)
    expect(count({ route: 'image', outcome: 'error', status: '404' })).toBe(1)
  })

  it('tell where the time of a request went', async () => {
    const metrics = await read()
    for (const span of ['lookup', 'queue', 'render', 'respond']) {
      expect(metrics.sum('iaas_span_duration_seconds_count', { span })).toBeGreaterThan(0)
    }
  })

  it('tell the lag from a render to its link, and what waits on the way', async () => {
    await until(async () => (await read()).sum('iaas_persistence_lag_seconds_count') > 0)
    await until(async () => (await read()).sum('iaas_spool_items') === 0)
    const metrics = await read()
    expect(metrics.sum('iaas_spool_bytes')).toBe(0)
    for (const queue of ['uploads', 'records']) {
      for (const state of ['waiting', 'active', 'delayed', 'failed']) {
        expect(metrics.sum('iaas_queue_jobs', { queue, state })).toBe(0)
      }
      expect(metrics.sum('iaas_jobs_total', { queue, result: 'done' })).toBeGreaterThan(0)
    }
  })

  it('tell which dependencies are up, and what the renderer does', async () => {
    // The facts about an upload are found after its answer.
    await until(async () => (await read()).sum('iaas_renders_in_flight') === 0)
    const metrics = await read()
    expect(metrics.sum('iaas_dependency_up', { dependency: 'database' })).toBe(1)
    expect(metrics.sum('iaas_dependency_up', { dependency: 'variant-store' })).toBe(1)
    expect(metrics.sum('iaas_renders_waiting')).toBe(0)
    expect(metrics.sum('iaas_render_task_duration_seconds_count', { kind: 'render' })).toBe(1)
  })

  it('tell of the process and its event loop', async () => {
    const metrics = await read()
    expect(metrics.sum('iaas_process_resident_memory_bytes')).toBeGreaterThan(1e6)
    expect(metrics.has('iaas_nodejs_eventloop_lag_p99_seconds')).toBe(true)
  })

  it('are on the admin listener alone', async () => {
    expect((await ask(stack.base, '/metrics')).status).toBe(400)
  })
})
