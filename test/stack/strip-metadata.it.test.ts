import { makePhotoWithMetadata, secret } from '@iaas/testing/images/with-metadata'
import { expect, it } from '@jest/globals'
import { store } from '../support/http.ts'
import { startStack } from '../support/stack.ts'

it('T16 an original shows nothing about its maker where metadata is to be removed, and is whole otherwise', async () => {
  await using stripping = await startStack({ env: { STRIP_METADATA: 'true' } })
  await using plain = await startStack()
  const image = await makePhotoWithMetadata({ format: 'jpeg', orientation: 6 })
  const kept = []
  for (const { base } of [stripping, plain]) {
    await store(base, 'photo', image)
    kept.push(Buffer.from(await (await fetch(`${base}/photo.jpg`)).arrayBuffer()))
  }
  expect(kept.map((bytes) => bytes.includes(secret))).toEqual([false, true])
  expect(kept[1]?.equals(image)).toBe(true)
})
