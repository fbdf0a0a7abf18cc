import { z } from 'zod'
import { address, text } from '@iaas/common/config/setting'

const givenName = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
const url = z.url({
  protocol: /^https?$/,
  error: 'must be a URL that begins with http:// or https://',
})
const pathPart = /^[\w-]{1,64}$/
const host = z.string().regex(/^[\w.-]+(?::\d+)?$/, 'must be a host, such as img.example.com')
const taggedSince = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-12-01T00:00:00Z' })
  .transform((time) => Date.parse(time))
  .optional()

const cdn = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('cloudfront'),
      name: givenName.default('cloudfront'),
      distribution: z.string().regex(pathPart, 'must be the id of a distribution'),
      tagged_since: taggedSince,
    }),
    z.strictObject({
      type: z.literal('cloudflare'),
      name: givenName.default('cloudflare'),
      zone: z.string().regex(pathPart, 'must be the id of a zone'),
      hosts: z.array(host).min(1, 'must name the hosts that serve images'),
    }),
    z.strictObject({
      type: z.literal('fastly'),
      name: givenName.default('fastly'),
      service: z.string().regex(pathPart, 'must be the id of a service'),
      tagged_since: taggedSince,
    }),
    z.strictObject({
      type: z.literal('edge'),
      name: givenName.default('edge'),
      urls: z.array(url).min(1, 'must name the purger of each edge'),
    }),
  ],
  'must have a type: cloudfront, cloudflare, fastly or edge',
)

export type CdnConfig = z.output<typeof cdn>

const tagHeaders: Readonly<Record<CdnConfig['type'], string | undefined>> = {
  // The name that metadata of objects has: a distribution reads one header.
  cloudfront: 'x-amz-meta-cache-tag',
  cloudflare: 'Cache-Tag',
  fastly: 'Surrogate-Key',
  // Its purger reads the addresses.
  edge: undefined,
}

/** Returns the names of the headers in which CDNs read tags. */
export function tagHeadersOf(cdns: readonly CdnConfig[]): readonly string[] {
  const names = cdns.map(({ type }) => tagHeaders[type])
  return [...new Set(names.filter((name) => name !== undefined))]
}

export const cdnsSettings = z
  .preprocess(readJson, z.array(cdn).superRefine(refuseRepetitions).default([]))
  .meta({
    description:
      'CDNs whose caches are purged: `[{ "type": "cloudfront", "distribution": "E…", "tagged_since": "2026-12-01T00:00:00Z" }, { "type": "cloudflare", "zone": "…", "hosts": ["img.example.com"] }, { "type": "fastly", "service": "…", "tagged_since": "…" }, { "type": "edge", "urls": ["http://edge-purger:8085"] }]`; several of one type need a `name` each. In the environment: the same as JSON. The credentials are in `cdn`. See [operations.md](operations.md#purging-the-cdn).',
    env: 'CDNS',
    default: [],
  })

export const cdnSettings = z
  .object({
    cloudfront_access_key: text({
      description:
        'The access key for CloudFront, which needs `cloudfront:CreateInvalidation` and `cloudfront:GetInvalidation`. Without it, the AWS SDK finds credentials.',
      env: 'CLOUDFRONT_ACCESS_KEY_ID',
      secret: true,
    }),
    cloudfront_secret_key: text({
      description: 'Its secret key.',
      env: 'CLOUDFRONT_SECRET_ACCESS_KEY',
      secret: true,
    }),
    cloudfront_endpoint: address(['http', 'https'], {
      description: 'URL of another server that speaks the API of CloudFront.',
      env: 'CLOUDFRONT_ENDPOINT',
    }),
    cloudflare_token: text({
      description: 'An API token of Cloudflare with the permission Cache Purge for the zones.',
      env: 'CLOUDFLARE_API_TOKEN',
      secret: true,
    }),
    cloudflare_endpoint: address(['http', 'https'], {
      description:
        'URL of another server that speaks the API of Cloudflare. Default: `https://api.cloudflare.com/client/v4`.',
      env: 'CLOUDFLARE_ENDPOINT',
    }),
    fastly_token: text({
      description: 'An API token of Fastly with the scopes `purge_select` and `purge_all`.',
      env: 'FASTLY_API_TOKEN',
      secret: true,
    }),
    fastly_endpoint: address(['http', 'https'], {
      description:
        'URL of another server that speaks the API of Fastly. Default: `https://api.fastly.com`.',
      env: 'FASTLY_ENDPOINT',
    }),
    edge_secret: text(
      {
        description: 'Secret that the purgers of the edges accept, at least 16 characters.',
        env: 'EDGE_PURGE_SECRET',
        secret: true,
      },
      z.string().min(16, 'must have at least 16 characters'),
    ),
  })
  .prefault({})

export type CdnCredentials = z.output<typeof cdnSettings>

function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value.trim() === '') return undefined
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function refuseRepetitions(cdns: readonly CdnConfig[], context: z.RefinementCtx): void {
  const names = cdns.map((each) => each.name)
  for (const [index, each] of names.entries()) {
    if (names.indexOf(each) === index) continue
    context.addIssue({
      code: 'custom',
      path: [index, 'name'],
      message: `is the same as that of entry ${names.indexOf(each)}`,
    })
  }
}
