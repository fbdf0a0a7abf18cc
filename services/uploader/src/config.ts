import { backendSettings } from '@iaas/stores/composition/config'
import { originalStoreSettings, originalsHaveRoom } from '@iaas/stores/s3/originals/config'
import { camelKeys } from '@iaas/common/config/camel-keys'
import { constraintsSettings, webpSettings } from '@iaas/common/config/policy'
import { integer } from '@iaas/common/config/setting'
import { folderSettings, withFolders } from '@iaas/common/disk/config'
import { listenSettings } from '@iaas/common/http/config'
import { logSettings } from '@iaas/common/log'
import { acceptedOriginals, renderingSettings } from '@iaas/rendering/config'
import { fontsSettings } from '@iaas/rendering/fonts/config'
import { watermarksSettings } from '@iaas/rendering/watermarks/config'
import { z } from 'zod'

/** Settings of the uploader, under the keys of the files. */
export const uploaderSettings = z.object({
  admin_port: listenSettings.admin_port,
  admin_address: listenSettings.admin_address,
  ...folderSettings,
  uploader: z
    .object({
      concurrency: integer(
        { min: 1, max: 1000, fallback: 16 },
        'Concurrent jobs of one uploader, per kind. Each job that stores an object holds one rendition in memory; together they hold at most an estimated 128 MiB.',
        'UPLOADER_CONCURRENCY',
      ),
      checks_per_minute: integer(
        { min: 0, max: 100_000, fallback: 60 },
        'Links checked per minute, in an endless cycle. A link whose object is gone is removed, and the next request renders and stores its variant again. 0: no checks.',
        'CHECKS_PER_MINUTE',
      ),
    })
    .prefault({})
    .transform(camelKeys),
  constraints: constraintsSettings,
  webp: webpSettings,
  watermarks: watermarksSettings,
  fonts: fontsSettings,
  ...renderingSettings,
  originals: z
    .object({ ...acceptedOriginals, ...originalStoreSettings })
    .prefault({})
    .transform(camelKeys),
  ...backendSettings,
  log: logSettings,
})

/** Configuration of the uploader. */
export const uploaderConfigSchema = uploaderSettings
  .check(originalsHaveRoom)
  .transform(withFolders)
  .transform(camelKeys)

export type UploaderConfig = z.output<typeof uploaderConfigSchema>
