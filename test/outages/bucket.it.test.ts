import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { type Answer, askUntil, store } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'

const isRedirect = ({ status }: Answer) => status === 307
const isImage = ({ status }: Answer) => status === 200

describeUnless(ownRedisMissing, 'the bucket', () => {
  let deployed: Deployed
  let api: Stack
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    api = await deployed.start('api')
    await deployed.start('uploader')
    await store(api.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  async function makeStored(): Promise<string> {
    const path = `/photo_${(serial += 1)}_98.jpg`
    await askUntil(isRedirect, api.base, path)
    return path
  }

  it.each(['refuse', 'hang'] as const)(
    'F31 that does not answer (%s) is noticed: hits are answered here until it is back',
    async (kind) => {
      const path = await makeStored()
      await deployed.proxies.s3.set({ kind })
      const { headers, body } = await askUntil(isImage, api.base, path)
      expect(headers['cache-control']).toBe('public, max-age=60')
      expect(body.length).toBeGreaterThan(0)
      await deployed.proxies.s3.set({ kind: 'none' })
      const { headers: back } = await askUntil(isRedirect, api.base, path)
      expect(back.location).toContain(deployed.bucketUrl)
    },
  )
})
