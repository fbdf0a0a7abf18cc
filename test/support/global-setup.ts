import { type Provided, startTestPostgres } from '@iaas/testing/postgres'
import { startTestRedis } from '@iaas/testing/redis'
import { startTestS3 } from '@iaas/testing/s3'
import { makeClusterTemplate } from './cluster-template.ts'

declare global {
  var backingServices: readonly Provided[] | undefined
}

/** One PostgreSQL, Redis and S3 for all integration tests; each suite has a database, prefix and bucket of its own, each stack a copy of an embedded database. */
export default async function setup(): Promise<void> {
  const postgres = await startTestPostgres()
  process.env['TEST_DATABASE_URL'] = postgres.url
  const redis = await startTestRedis()
  if (redis !== undefined) process.env['TEST_REDIS_URL'] = redis.url
  const s3 = await startTestS3()
  process.env['TEST_S3_ENDPOINT'] = s3.url
  const template = await makeClusterTemplate()
  globalThis.backingServices = [template, s3, ...(redis === undefined ? [] : [redis]), postgres]
}
