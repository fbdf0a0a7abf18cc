import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '@iaas/common/config/load'
import { awsSettings } from '@iaas/stores/s3/config'
import { prepareS3Bucket } from '@iaas/stores/s3/prepare-bucket'
import { z } from 'zod'

/** Creates the configured bucket and makes it publicly readable, once its server answers. For self-hosted servers. */
const { aws } = loadConfig(z.object({ aws: awsSettings }), process.env)
const attempts = 30

for (let left = attempts; ; left -= 1) {
  try {
    await prepareS3Bucket(aws)
    break
  } catch (error) {
    if (left <= 1) throw error
    await delay(1000)
  }
}
