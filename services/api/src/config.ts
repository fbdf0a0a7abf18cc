import { backendSettings } from '@iaas/stores/composition/config'
import { constraintsSettings, webpSettings } from '@iaas/common/config/policy'
import { integer, optionalToggle, text, toggle } from '@iaas/common/config/setting'
import { folderSettings } from '@iaas/common/disk/config'
import { listenSettings } from '@iaas/common/http/config'
import { logSettings } from '@iaas/common/log'
import { renderingSettings } from '@iaas/rendering/config'
import { z } from 'zod'
import { adminSettings } from './admin/config.ts'
import { limitsSettings } from './limits/config.ts'
import { offerSettings } from './allowed-sizes/config.ts'
import { offerWithinBounds } from './allowed-sizes/within-bounds.ts'
import { signingSettings } from './signing/config.ts'
import { uploadSettings } from './upload/config.ts'
import { uploadOrigins } from './upload/origins.ts'

const apiSettings = z.object({
  ...listenSettings,
  processes: integer(
    { min: 0, max: 256, fallback: 1 },
    'Processes of the api behind its port; 0: as many as there are cores. More than one wants Redis, so that they share what they know. `npm start` is always one.',
    'API_PROCESSES',
  ),
  ...folderSettings,
  admin: adminSettings,
  secret: text({
    description: 'What `POST /token` must be told. Without it, anyone who reaches it gets tokens.',
    env: 'TOKEN_SECRET',
    secret: true,
  }),
  previous_secret: text({
    description:
      'A second secret that `POST /token` takes beside `secret`, while backends change from one to the other.',
    env: 'TOKEN_SECRET_PREVIOUS',
    secret: true,
  }),
  allow_open_tokens: toggle(
    false,
    'Whether a service with `NODE_ENV=production` starts without a `secret`: for a `POST /token` that others cannot reach.',
    'ALLOW_OPEN_TOKENS',
  ),
  upload_origins: uploadOrigins,
  upload: uploadSettings,
  limits: limitsSettings,
  offer: offerSettings,
  signing: signingSettings,
  allow_indexing: toggle(false, 'Whether robots.txt lets search engines in.'),
  redirect_cache_timeout: integer(
    { min: 0, max: 31_536_000, fallback: 604_800 },
    'How long a client may remember a redirect, seconds.',
  ),
  fast_lane: toggle(
    true,
    'Whether hits are answered by the fast lane. Without it the answers are the same and take longer: to look for the cause of a fault.',
    'FAST_LANE',
  ),
  originals: z
    .object({
      strip_metadata: toggle(
        false,
        'Whether JPEG, PNG and WebP uploads lose EXIF, GPS, XMP, comments and thumbnails; pixels, colour profile and orientation stay as they are. GIF, AVIF and TIFF are kept as they come.',
        'STRIP_METADATA',
      ),
      example: optionalToggle(
        'Whether an empty folder of originals gets an image of the id `example` at the start. Unless told, `npm start` and the compose project do so.',
        'PLANT_EXAMPLE',
      ),
    })
    .prefault({}),
  constraints: constraintsSettings,
  webp: webpSettings,
  ...renderingSettings,
  ...backendSettings,
  log: logSettings,
})

/** Everything that the api can be told. */
export const apiConfigSchema = apiSettings
  .check(offerWithinBounds)
  .refine(({ secret, previous_secret }) => secret !== undefined || previous_secret === undefined, {
    path: ['previous_secret'],
    error: 'needs `secret` (TOKEN_SECRET) beside it: alone it protects nothing',
    // Also beside mistakes in other settings: all are listed at once.
    when: ({ issues }) => !issues.some(({ path }) => String(path?.[0]).endsWith('secret')),
  })

/** The secrets that `POST /token` takes; empty: it takes requests without one. */
export function tokenSecrets({ secret, previous_secret }: ApiConfig): readonly string[] {
  return [secret, previous_secret].filter((each) => each !== undefined)
}

export type ApiConfig = z.output<typeof apiConfigSchema>
