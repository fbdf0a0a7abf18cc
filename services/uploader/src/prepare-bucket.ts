import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '@iaas/common/config/load'
import { awsSettings } from '@iaas/stores/s3/config'
import { prepareS3Bucket } from '@iaas/stores/s3/prepare-bucket'
import { z } from 'zod'

/** Makes the configured bucket and opens it for reading, once its server answers: for a server of one's own. */
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
