import { createHmac } from 'node:crypto'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { ask, store } from '../support/http.ts'
import { startStack } from '../support/stack.ts'

const key = 'a key of this suite that is long enough'

it('R42 the log of a service has no signature of an address, whatever came of the request', async () => {
  await using stack = await startStack({ env: { SIGNING_KEYS: key, LOG_LEVEL: 'debug' } })
  await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  const signatures = ['/photo_20_20.jpg', '/nobody_20_20.jpg', '/photo.jpg', '/photo_x_20.jpg'].map(
    (path) => [path, createHmac('sha256', key).update(path).digest('base64url')] as const,
  )
  for (const [path, signature] of signatures) {
    for (const query of [`?s=${signature}`, `?a=b&s=${signature}`, `?s=${signature}&a=b`]) {
      await ask(stack.base, path + query)
    }
  }
  const lines = () =>
    stack
      .output()
      .split('\n')
      .filter((line) => line.includes('"request"'))
  await until(() => lines().filter((line) => line.includes('s=***')).length >= 12)
  for (const [, signature] of signatures) expect(stack.output()).not.toContain(signature)
})
