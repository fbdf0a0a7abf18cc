import type { ImageId } from '@iaas/common/image'
import { describeLinkStore } from '../src/contracts/link-store.ts'
import { describeTokenStore } from '../src/contracts/token-store.ts'
import { createFakeLinkStore } from '../src/fakes/link-store.ts'
import { createFakeTokenStore } from '../src/fakes/token-store.ts'

const links = createFakeLinkStore()
describeLinkStore('the fake', () => links)

describeTokenStore('the fake', () => {
  let time = Date.now()
  const tokens = createFakeTokenStore(() => time)
  const age = async (_id: ImageId, ms: number) => {
    time += ms
  }
  return { tokens, age }
})
