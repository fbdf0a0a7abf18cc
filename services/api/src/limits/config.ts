import { camelKeys } from '@iaas/common/config/camel-keys'
import { integer } from '@iaas/common/config/setting'
import { z } from 'zod'

const perMinute = { min: 0, max: 1_000_000, fallback: 0 }

export const limitsSettings = z
  .object({
    renders_per_client: integer(
      perMinute,
      'Renders that one client (an IPv4 address, or a /64 of IPv6) may cause in a minute; beyond it: 429. 0: unlimited.',
      'RENDERS_PER_CLIENT',
    ),
    renders_per_original: integer(
      perMinute,
      'Renders of one original in a minute, from all clients together; beyond it: 429. 0: unlimited.',
      'RENDERS_PER_ORIGINAL',
    ),
    variants_per_original: integer(
      { min: 0, max: 1_000_000, fallback: 0 },
      'Stored variants per original; beyond it, variants are rendered for every request. 0: unlimited.',
      'VARIANTS_PER_ORIGINAL',
    ),
    wrong_secrets_per_client: integer(
      { min: 0, max: 1_000_000, fallback: 30 },
      'Wrong secrets that one client may send to `POST /token` in a minute, and wrong keys to the management API; beyond it, its requests there are 429, whatever their secret or key. 0: unlimited.',
      'WRONG_SECRETS_PER_CLIENT',
    ),
    connections_per_client: integer(
      { min: 0, max: 1_000_000, fallback: 500 },
      'Concurrent connections of one client to one process. Beyond it, its connection that has been idle longest is closed, or the new one if none is idle. No effect behind trusted proxies, whose connections carry many clients. 0: unlimited.',
      'CONNECTIONS_PER_CLIENT',
    ),
    trusted_proxies: integer(
      { min: 0, max: 100, fallback: 0 },
      'Number of proxies in front that add to `X-Forwarded-For`. 0: the header is ignored.',
      'TRUSTED_PROXIES',
    ),
  })
  .prefault({})
  .transform(camelKeys)
