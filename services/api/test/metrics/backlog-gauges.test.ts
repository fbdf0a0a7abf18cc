import { variantDigest } from '@iaas/common/digest'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'
import { registerSpoolGauges } from '../../src/metrics/backlog-gauges.ts'

function setUp() {
  const registry = new Registry()
  const spool = createFakeSpool()
  const asked = { times: 0, isAway: false }
  registerSpoolGauges(registry, {
    ...spool,
    async usage() {
      asked.times += 1
      if (asked.isAway) throw new Error('It is away.')
      return spool.usage()
    },
  })
  return { registry, spool, asked }
}

describe('the gauges of the spool', () => {
  it('show what lies in it now, also when they are first asked for, by one question', async () => {
    const { registry, spool, asked } = setUp()
    const spooled = { bytes: new Uint8Array(7), renderedAt: 1000 }
    await spool.put(variantDigest(makeVariant()), spooled)
    const first = await registry.metrics()
    expect(first).toContain('iaas_spool_bytes 7\n')
    expect(first).toContain('iaas_spool_items 1\n')
    expect(asked.times).toBe(1)
    await spool.put(variantDigest(makeVariant()), spooled)
    const second = await registry.metrics()
    expect(second).toContain('iaas_spool_bytes 14\n')
    expect(second).toContain('iaas_spool_items 2\n')
    expect(asked.times).toBe(2)
  })

  it('show that nothing is known while the spool does not answer', async () => {
    const { registry, asked } = setUp()
    asked.isAway = true
    const text = await registry.metrics()
    expect(text).toContain('iaas_spool_bytes Nan\n')
    expect(text).toContain('iaas_spool_items Nan\n')
  })
})
