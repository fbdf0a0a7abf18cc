import { z } from 'zod'
import { address, optionalToggle, text } from '@iaas/common/config/setting'
import { keyPrefix } from './key-prefix.ts'
import { keyHasUse, storageSettings, toObjectStorage } from './storage-settings.ts'

/** Settings of the variant store. Without a bucket, a folder that the api serves. */
export const awsSettings = z
  .object({
    access_key: text({
      description:
        'The access key. Without keys, the AWS SDK finds credentials and renews them: the role of the container, the pod (web identity) or the machine, or a profile.',
      env: 'AWS_ACCESS_KEY_ID',
      secret: true,
    }),
    secret_key: text({
      description: 'The secret key.',
      env: 'AWS_SECRET_ACCESS_KEY',
      secret: true,
    }),
    session_token: text({
      description:
        'The session token of temporary keys. It is read once, at the start, and expires with them. Prefer a role.',
      env: 'AWS_SESSION_TOKEN',
      secret: true,
    }),
    region: text({
      description: 'The region. Default: `us-east-1`.',
      env: 'AWS_REGION',
    }),
    bucket: text({ description: 'The bucket of stored variants.', env: 'S3_BUCKET' }),
    endpoint: address(['http', 'https'], {
      description: 'URL of an S3-compatible server other than AWS.',
      env: 'S3_ENDPOINT',
    }),
    path_style: optionalToggle(
      'Puts the bucket into the path (`https://endpoint/bucket/`) instead of the host (`https://bucket.endpoint/`). Default: `true` with `aws.endpoint`, `false` without. Alibaba OSS, Tencent COS and others need `false`.',
      'S3_PATH_STYLE',
    ),
    key_prefix: text(
      {
        description:
          'Folder in the bucket for all variants, such as `images`. It is part of their addresses, after `aws.cache_host`.',
        env: 'S3_KEY_PREFIX',
      },
      keyPrefix,
    ),
    cache_host: address(['http', 'https'], {
      description:
        'Public address of the stored variants: the CDN or the bucket, without a slash at the end.',
      env: 'CACHE_HOST',
    }),
    ...storageSettings,
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
    if (!keyHasUse(aws)) {
      const message = 'is used with `aws.sse=aws:kms` only'
      context.addIssue({ code: 'custom', path: ['sse_key_id'], message })
    }
    if ((aws.access_key === undefined) !== (aws.secret_key === undefined)) {
      const missing = aws.access_key === undefined ? 'access_key' : 'secret_key'
      context.addIssue({ code: 'custom', path: [missing], message: 'the keys come as a pair' })
    }
    if (aws.session_token !== undefined && aws.access_key === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['access_key'],
        message: 'is needed where a session token is given, which belongs to a pair of keys',
      })
    }
  })
  .transform((aws) => ({
    bucket: aws.bucket,
    keyPrefix: aws.key_prefix,
    cacheHost: cacheHost(aws),
    server: {
      region: aws.region ?? 'us-east-1',
      endpoint: aws.endpoint,
      pathStyle: aws.path_style,
      credentials: credentialsOf(aws),
      checksums: aws.checksums,
      storage: toObjectStorage(aws),
    },
  }))

export type AwsConfig = z.output<typeof awsSettings>

type HostSettings = {
  readonly cache_host?: string | undefined
  readonly bucket_url?: string | undefined
}

function cacheHost(aws: HostSettings): string | undefined {
  return aws.cache_host ?? aws.bucket_url
}

type KeySettings = {
  readonly access_key?: string | undefined
  readonly secret_key?: string | undefined
  readonly session_token?: string | undefined
}

function credentialsOf({ access_key, secret_key, session_token }: KeySettings) {
  if (access_key === undefined || secret_key === undefined) return undefined
  const keys = { accessKeyId: access_key, secretAccessKey: secret_key }
  return session_token === undefined ? keys : { ...keys, sessionToken: session_token }
}
