import { backendSettings } from '@iaas/stores/composition/config'
import { constraintsSettings, webpSettings } from '@iaas/common/config/policy'
import { integer } from '@iaas/common/config/setting'
import { folderSettings } from '@iaas/common/disk/config'
import { listenSettings } from '@iaas/common/http/config'
import { logSettings } from '@iaas/common/log'
import { renderingSettings } from '@iaas/rendering/config'
import { z } from 'zod'

/** Everything that the uploader can be told. */
export const uploaderConfigSchema = z.object({
  admin_port: listenSettings.admin_port,
  admin_address: listenSettings.admin_address,
  ...folderSettings,
  uploader: z
    .object({
      concurrency: integer(
        { min: 1, max: 1000, fallback: 16 },
        'Jobs that one uploader does at once, of each kind. Each that stores an object holds one rendition in memory; together they hold 128 MiB at most, by an estimate from their sizes.',
        'UPLOADER_CONCURRENCY',
      ),
      checks_per_minute: integer(
        { min: 0, max: 100_000, fallback: 60 },
        'Links whose object is looked for, one after the other, over and over; one whose object is gone is removed, and its variant is rendered and stored anew. 0: none.',
        'CHECKS_PER_MINUTE',
      ),
    })
    .prefault({}),
  constraints: constraintsSettings,
  webp: webpSettings,
  ...renderingSettings,
  ...backendSettings,
  log: logSettings,
})

export type UploaderConfig = z.output<typeof uploaderConfigSchema>
