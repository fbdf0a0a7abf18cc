import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseConfig } from '@iaas/common/config/load'
import { objectKey } from '@iaas/common/digest'
import { createVariantStore } from '@iaas/stores/composition/backends'
import { awsSettings } from '@iaas/stores/s3/config'
import { digestFile } from '@iaas/stores/s3/file-digests'
import { createObjectBucket } from '@iaas/stores/s3/object-bucket'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { serveBucket } from './_bucket-server.ts'

function readSettings(settings: Readonly<Record<string, unknown>>) {
  const keys = { access_key: 'S3RVER', secret_key: 'S3RVER' }
  const aws = { ...keys, bucket: 'pictures', cache_host: 'https://cdn.example', ...settings }
  return parseConfig(z.object({ aws: awsSettings }), { aws }, {}).aws
}

describe('the storage of objects', () => {
  it('has the encryption, its key and the class of the settings, for originals and variants alike', async () => {
    await using s3 = await serveBucket()
    const settings = { sse: 'aws:kms', sse_key_id: 'alias/images', storage_class: 'STANDARD_IA' }
    const aws = readSettings({ ...settings, endpoint: s3.url })
    await using store = await createVariantStore({ aws, folders: { variants: '/nowhere' } }, {})
    await store.variants.put(objectKey(makeVariant(), 1), new Uint8Array(10), 'image/jpeg')
    const originals = createObjectBucket({ ...aws.server, bucket: 'originals' })
    await originals.put('pointer', '{}')
    await originals.has('pointer')
    originals.close()
    const stored = s3.requests.map(({ headers }) => [
      headers['x-amz-server-side-encryption'],
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
      headers['x-amz-storage-class'],
    ])
    const expected = ['aws:kms', 'alias/images', 'STANDARD_IA']
    expect(stored).toEqual([expected, expected, [undefined, undefined, undefined]])
  })

  it.each([true, false])(
    'T71 signs the bytes of a file, in one piece, with checksums: %s',
    async (checksums) => {
      await using s3 = await serveBucket()
      await using folder = await createTemporaryFolder()
      const path = join(folder.path, 'file')
      await writeFile(path, 'content')
      const digests = await digestFile(path)
      const { server } = readSettings({ endpoint: s3.url, checksums })
      const bucket = createObjectBucket({ ...server, bucket: 'originals' })
      // This server stores nothing, so the comparison fails.
      await expect(bucket.putFile('file', path, digests)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      })
      bucket.close()
      const headers = s3.requests[0]?.headers ?? {}
      expect(headers['x-amz-content-sha256']).toBe(digests.sha256)
      expect([headers['content-length'], headers['content-encoding']]).toEqual(['7', undefined])
    },
  )

  it('refuses a key of an encryption that does not use it, and an unknown encryption', () => {
    expect(() => readSettings({ sse: 'AES256', sse_key_id: 'key' })).toThrow('aws.sse_key_id')
    expect(() => readSettings({ sse: 'rot13' })).toThrow('aws.sse')
  })
})
