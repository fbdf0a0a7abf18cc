import { expect, it } from '@jest/globals'
import { startStack } from '../support/stack.ts'

const s3Warning = 'The AWS SDK for JavaScript'

/** Node 20 makes the SDK warn when it is loaded. */
const isTold = process.versions.node.startsWith('20.')

it('the client of S3 is loaded only where a bucket is configured', async () => {
  await using plain = await startStack()
  expect(plain.output()).not.toContain(s3Warning)
  const s3 = { S3_BUCKET: 'images', S3_ENDPOINT: 'http://127.0.0.1:9', AWS_REGION: 'us-east-1' }
  const cache = { CACHE_HOST: 'https://cdn.example.com' }
  await using withBucket = await startStack({ env: { ...s3, ...cache } })
  if (isTold) expect(withBucket.output()).toContain(s3Warning)
})
