import { backendSettings } from '@iaas/stores/composition/config'
import { originalStoreSettings, originalsHaveRoom } from '@iaas/stores/s3/originals/config'
import { camelKeys } from '@iaas/common/config/camel-keys'
import { constraintsSettings, formatSettings, webpSettings } from '@iaas/common/config/policy'
import { integer, optionalToggle, text, toggle } from '@iaas/common/config/setting'
import { folderSettings, withFolders } from '@iaas/common/disk/config'
import { listenSettings } from '@iaas/common/http/config'
import { logSettings } from '@iaas/common/log'
import { acceptedOriginals, renderingSettings } from '@iaas/rendering/config'
import { fontsSettings } from '@iaas/rendering/fonts/config'
import { watermarksSettings } from '@iaas/rendering/watermarks/config'
import { z } from 'zod'
import { adminSettings } from './admin/config.ts'
import { infoSettings } from './facts/config.ts'
import { limitsSettings } from './limits/config.ts'
import { offerSettings } from './allowed-sizes/config.ts'
import { offerWithinBounds } from './allowed-sizes/within-bounds.ts'
import { managementSettings } from './management/config.ts'
import { presetsSettings } from './presets/config.ts'
import { presetsWithLayers } from './presets/with-layers.ts'
import { presetsWithinOffer } from './presets/within-offer.ts'
import { signingSettings } from './signing/config.ts'
import { uploadSettings } from './upload/config.ts'
import { uploadOrigins } from './upload/origins.ts'

/** Settings of the api, under the keys of the files. */
export const apiSettings = z
  .object({
    ...listenSettings,
    processes: integer(
      { min: 0, max: 256, fallback: 1 },
      'Number of api processes behind the port; 0: one per core. Use Redis with more than one, so that they share links, leases and limits. `npm start` always runs one.',
      'API_PROCESSES',
    ),
    ...folderSettings,
    admin: adminSettings,
    secret: text({
      description:
        'Secret required by `POST /token`. Without it, anyone who can reach `POST /token` gets tokens.',
      env: 'TOKEN_SECRET',
      secret: true,
    }),
    previous_secret: text({
      description:
        'A second secret that `POST /token` accepts while backends change from one secret to the other.',
      env: 'TOKEN_SECRET_PREVIOUS',
      secret: true,
    }),
    allow_open_tokens: toggle(
      false,
      'Allows a service with `NODE_ENV=production` to start without a `secret`. Use it only if others cannot reach `POST /token`.',
      'ALLOW_OPEN_TOKENS',
    ),
    api: managementSettings,
    upload_origins: uploadOrigins,
    upload: uploadSettings,
    limits: limitsSettings,
    offer: offerSettings,
    presets: presetsSettings,
    watermarks: watermarksSettings,
    fonts: fontsSettings,
    info: infoSettings,
    signing: signingSettings,
    allow_indexing: toggle(false, 'Allows search engines in robots.txt.'),
    redirect_cache_timeout: integer(
      { min: 0, max: 31_536_000, fallback: 604_800 },
      'TTL of redirects in clients, seconds.',
    ),
    fast_lane: toggle(
      true,
      'Answers hits on the fast lane. `false` gives the same answers on the usual path, to look for the cause of a fault.',
      'FAST_LANE',
    ),
    constraints: constraintsSettings,
    webp: webpSettings,
    formats: formatSettings,
    ...renderingSettings,
    originals: z
      .object({
        ...acceptedOriginals,
        ...originalStoreSettings,
        strip_metadata: toggle(
          false,
          'Removes EXIF, GPS, XMP, comments and thumbnails from JPEG, PNG, WebP, HEIC and JPEG XL uploads. Pixels, colour profile and orientation stay. GIF, AVIF, TIFF and SVG are kept unchanged.',
          'STRIP_METADATA',
        ),
        keep_versions: integer(
          { min: 0, max: 100, fallback: 0 },
          'Older versions that are kept of each original that is replaced. They are [listed and restored](api.md#versions) by the management API, and deleted with the original. A lower value applies to an original with its next replacement.',
          'KEEP_VERSIONS',
        ),
        example: optionalToggle(
          'Adds an image of the id `example` to an empty folder of originals at the start. Default: on with `npm start` and in the compose project, off elsewhere.',
          'PLANT_EXAMPLE',
        ),
      })
      .prefault({})
      .transform(camelKeys),
    ...backendSettings,
    log: logSettings,
  })
  .check(offerWithinBounds)
  .check(presetsWithinOffer)
  .check(presetsWithLayers)
  .check(originalsHaveRoom)
  .refine(({ secret, previous_secret }) => secret !== undefined || previous_secret === undefined, {
    path: ['previous_secret'],
    error: 'needs `secret` (TOKEN_SECRET) beside it: alone it protects nothing',
    // Runs despite mistakes in other settings, so that all are reported at once.
    when: ({ issues }) => !issues.some(({ path }) => String(path?.[0]).endsWith('secret')),
  })

/** Replaces the second secret by `tokenSecrets`, all secrets that `POST /token` accepts; empty: none is required. */
export function withTokenSecrets<Settings extends Secrets>(settings: Settings) {
  const { previous_secret: previous, ...others } = settings
  const secrets = [settings.secret, previous]
  return { ...others, tokenSecrets: secrets.filter((each) => each !== undefined) }
}

type Secrets = {
  readonly secret?: string | undefined
  readonly previous_secret?: string | undefined
}

/** Configuration of the api. */
export const apiConfigSchema = apiSettings
  .transform(withTokenSecrets)
  .transform(withFolders)
  .transform(camelKeys)

export type ApiConfig = z.output<typeof apiConfigSchema>
