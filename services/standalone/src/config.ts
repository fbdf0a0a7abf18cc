import { apiSettings, withTokenSecrets } from '@iaas/api/config'
import { camelKeys } from '@iaas/common/config/camel-keys'
import { withFolders } from '@iaas/common/disk/config'
import { uploaderSettings } from '@iaas/uploader/config'
import type { z } from 'zod'

/** Configuration of all services in one process. */
export const standaloneConfigSchema = apiSettings
  .safeExtend(uploaderSettings.omit({ originals: true }).shape)
  .transform(withTokenSecrets)
  .transform(withFolders)
  .transform(camelKeys)

export type StandaloneConfig = z.output<typeof standaloneConfigSchema>
