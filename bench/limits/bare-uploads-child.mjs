// The limit of an uploader: the S3 client with objects that it has in memory, some at once, and nothing else.
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'

process.once('message', (work) => void putAll(work))

async function putAll({ endpoint, bucket, credentials, count, bytes, concurrency }) {
  const variants = createS3VariantStore({
    bucket,
    region: 'us-east-1',
    endpoint,
    credentials,
  })
  const object = Buffer.alloc(bytes, 7)
  let next = 0
  const put = async () => {
    while (next < count) {
      next += 1
      const digest = next.toString(16).padStart(64, '0')
      await variants.put(`00/00/${digest}-1.jpg`, object, 'image/jpeg')
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: concurrency }, put))
  const seconds = (performance.now() - startedAt) / 1000
  variants.close()
  process.send({ seconds })
}
