import { z } from 'zod'
import { address, text } from '../config/setting.ts'

/** Where stored variants go. Without a bucket: a folder that the api serves itself. */
export const awsSettings = z
  .object({
    access_key: text({
      description: 'The access key. Without one: the AWS SDK’s own chain (role, profile).',
      env: 'AWS_ACCESS_KEY_ID',
      secret: true,
    }),
    secret_key: text({
      description: 'The secret key.',
      env: 'AWS_SECRET_ACCESS_KEY',
      secret: true,
    }),
    region: text({
      description: 'The region; `us-east-1` where none is given.',
      env: 'AWS_REGION',
    }),
    bucket: text({ description: 'The bucket that variants are stored in.', env: 'S3_BUCKET' }),
    endpoint: address(['http', 'https'], {
      description: 'The address of an S3-compatible server other than AWS.',
      env: 'S3_ENDPOINT',
    }),
    cache_host: address(['http', 'https'], {
      description:
        'Where clients find the stored variants: the CDN or the bucket, no slash at the end.',
      env: 'CACHE_HOST',
    }),
    bucket_url: address(['http', 'https'], {
      description: 'Deprecated spelling of `aws.cache_host`.',
    }),
  })
  .prefault({})
  .superRefine((aws, context) => {
    if (aws.bucket !== undefined && cacheHost(aws) === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['cache_host'],
        message: 'is needed where a bucket is configured: clients are redirected there',
      })
    }
    if ((aws.access_key === undefined) !== (aws.secret_key === undefined)) {
      const missing = aws.access_key === undefined ? 'access_key' : 'secret_key'
      context.addIssue({ code: 'custom', path: [missing], message: 'the keys come as a pair' })
    }
  })

type HostSettings = {
  readonly cache_host?: string | undefined
  readonly bucket_url?: string | undefined
}

export function cacheHost(aws: HostSettings): string | undefined {
  return aws.cache_host ?? aws.bucket_url
}
