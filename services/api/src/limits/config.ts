import { integer } from '@iaas/common/config/setting'
import { z } from 'zod'

const perMinute = { min: 0, max: 1_000_000, fallback: 0 }

export const limitsSettings = z
  .object({
    renders_per_client: integer(
      perMinute,
      'Renders that one client (an IPv4 address, or a /64 of IPv6) may cause in a minute; beyond it: 429. 0: any number.',
      'RENDERS_PER_CLIENT',
    ),
    renders_per_original: integer(
      perMinute,
      'Renders of one original in a minute, whoever asks; beyond it: 429. 0: any number.',
      'RENDERS_PER_ORIGINAL',
    ),
    variants_per_original: integer(
      { min: 0, max: 1_000_000, fallback: 0 },
      'Variants of one original that are stored; beyond it they are rendered for every request. 0: any number.',
      'VARIANTS_PER_ORIGINAL',
    ),
    wrong_secrets_per_client: integer(
      { min: 0, max: 1_000_000, fallback: 30 },
      'How often one client may send a wrong secret to `POST /token` in a minute; beyond it every request of the client for a token is 429, whatever its secret. 0: any number.',
      'WRONG_SECRETS_PER_CLIENT',
    ),
    connections_per_client: integer(
      { min: 0, max: 1_000_000, fallback: 500 },
      'Connections of one client to one process at once; beyond it the one of the client that has been idle for the longest time is closed, a new one if none is idle. Has no effect behind trusted proxies, whose connections are those of many clients. 0: any number.',
      'CONNECTIONS_PER_CLIENT',
    ),
    trusted_proxies: integer(
      { min: 0, max: 100, fallback: 0 },
      'How many proxies stand in front and add to `X-Forwarded-For`; 0: the header is not believed.',
      'TRUSTED_PROXIES',
    ),
  })
  .prefault({})
