import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'
import { registerDiskGauges } from '../../src/metrics/disk-gauges.ts'

describe('the gauges of the disk', () => {
  it('show its size and what is free, by one call a scrape', async () => {
    const registry = new Registry()
    let calls = 0
    registerDiskGauges(registry, async () => {
      calls += 1
      return { freeBytes: 3, totalBytes: 10 }
    })
    const text = await registry.metrics()
    expect(text).toContain('iaas_disk_free_bytes 3\n')
    expect(text).toContain('iaas_disk_size_bytes 10\n')
    expect(calls).toBe(1)
  })

  it('show that nothing is known while the disk does not answer', async () => {
    const registry = new Registry()
    registerDiskGauges(registry, () => Promise.reject(new Error('The disk is away.')))
    expect(await registry.metrics()).toContain('iaas_disk_free_bytes Nan\n')
  })
})
