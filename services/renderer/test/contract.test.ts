import { describeRemoteRenderer } from '@iaas/testing/contracts/renderer/renderer'
import { contractLimits } from '@iaas/testing/contracts/renderer/studio'
import { openPool } from './open-pool.ts'
import { openService } from './open-service.ts'

describeRemoteRenderer('A renderer service behind its client', async () => {
  const pool = openPool({ ...contractLimits, concurrency: 2 })
  const service = await openService(pool)
  return {
    renderer: service.renderer,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
    },
  }
})
