import { contractLimits } from '@iaas/testing/contracts/renderer/studio'
import { describeRenderer } from '@iaas/testing/contracts/renderer/renderer'
import { openPool } from '../open-pool.ts'

describeRenderer('A pool of children', async () => {
  const pool = openPool(contractLimits)
  return { renderer: pool, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() }
})
