import { ConfigError } from '@iaas/common/config/config-error'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import { createCloudflarePurger } from './cloudflare.ts'
import type { CdnConfig, CdnCredentials } from './config.ts'
import { createEdgePurger } from './edge.ts'
import { createFastlyPurger } from './fastly.ts'

export type CdnPurgersConfig = {
  readonly cdns: readonly CdnConfig[]
  readonly cdn: CdnCredentials
}

/** Creates what purges the configured CDNs. @throws ConfigError if credentials are missing */
export function createCdnPurgers(
  { cdns, cdn: credentials }: CdnPurgersConfig,
  cdn: Pick<Cdn, 'address'>,
): Promise<readonly CdnPurger[]> {
  return Promise.all(cdns.map((config) => createPurger(config, credentials, cdn)))
}

async function createPurger(
  config: CdnConfig,
  credentials: CdnCredentials,
  cdn: Pick<Cdn, 'address'>,
): Promise<CdnPurger> {
  const { name } = config
  switch (config.type) {
    case 'cloudfront': {
      // The client takes memory, so it is loaded only if it is used.
      const { createCloudFrontPurger } = await import('./cloudfront.ts')
      const { cloudfront_access_key, cloudfront_secret_key, cloudfront_endpoint } = credentials
      return createCloudFrontPurger({
        name,
        cdn,
        distribution: config.distribution,
        taggedSince: config.tagged_since,
        endpoint: cloudfront_endpoint,
        credentials:
          cloudfront_access_key === undefined
            ? undefined
            : {
                accessKeyId: cloudfront_access_key,
                secretAccessKey: required(cloudfront_secret_key, 'cdn.cloudfront_secret_key'),
              },
      })
    }
    case 'cloudflare': {
      const { cloudflare_token, cloudflare_endpoint } = credentials
      const { zone, hosts } = config
      const token = required(cloudflare_token, 'cdn.cloudflare_token (CLOUDFLARE_API_TOKEN)')
      const endpoint = cloudflare_endpoint ?? 'https://api.cloudflare.com/client/v4'
      return createCloudflarePurger({ name, zone, hosts, token, endpoint, cdn })
    }
    case 'fastly': {
      const { fastly_token, fastly_endpoint } = credentials
      const { service, tagged_since: taggedSince } = config
      const token = required(fastly_token, 'cdn.fastly_token (FASTLY_API_TOKEN)')
      const endpoint = fastly_endpoint ?? 'https://api.fastly.com'
      return createFastlyPurger({ name, service, taggedSince, token, endpoint, cdn })
    }
    case 'edge': {
      const secret = required(credentials.edge_secret, 'cdn.edge_secret (EDGE_PURGE_SECRET)')
      const urls = config.urls.map((url) => url.replace(/\/+$/, ''))
      return createEdgePurger({ name, urls, secret, cdn })
    }
  }
}

function required(value: string | undefined, setting: string): string {
  if (value === undefined) throw new ConfigError([`${setting}: is needed by an entry of cdns`])
  return value
}
