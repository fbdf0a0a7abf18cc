import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { expect, it } from '@jest/globals'
import { askLocation, askUntil, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { startStack } from '../support/stack.ts'

it('F12 stored variants that are deleted behind its back are rendered and stored anew', async () => {
  await using stack = await startStack({ env: { CHECKS_PER_MINUTE: '6000' } })
  await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  const paths = ['/photo_30_30.jpg', '/photo_31_31.png']
  const isHit = ({ status }: { readonly status: number }) => status === 307
  for (const path of paths) await askUntil(isHit, stack.base, path)
  await rm(join(stack.dataDir, 'variants'), { recursive: true })
  for (const path of paths) {
    await askUntil(({ status }) => status === 200, stack.base, path)
    const healed = await askUntil(isHit, stack.base, path)
    expect((await askLocation(stack.base, healed)).status).toBe(200)
  }
  expect((await readMetrics(stack.admin)).sum('iaas_links_removed_total')).toBe(2)
})
