import { cacheTag } from '@iaas/common/cache-tag'
import { objectKey } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { serveBucket } from './_bucket-server.ts'

describe('the tag of an object', () => {
  it.each([true, false])('F59 is its metadata if a CDN reads it: %s', async (isTagged) => {
    await using server = await serveBucket()
    const store = createS3VariantStore({
      region: 'us-east-1',
      endpoint: server.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      bucket: 'variants',
      isTagged,
    })
    const id = parseImageId('photo')
    const key = objectKey(makeVariant({ id }), 1_764_000_000_000)
    await store.put(key, new Uint8Array(10), 'image/jpeg', cacheTag(id))
    store.close()
    const [request] = server.requests
    expect(request?.headers['x-amz-meta-cache-tag']).toBe(isTagged ? cacheTag(id) : undefined)
  })
})
