import { camelKeys } from '@iaas/common/config/camel-keys'
import { folderSettings, withFolders } from '@iaas/common/disk/config'
import { logSettings } from '@iaas/common/log'
import { backendSettings } from '@iaas/stores/composition/config'
import { originalStoreSettings, originalsHaveRoom } from '@iaas/stores/s3/originals/config'
import { z } from 'zod'

/** Configuration of the commands: the settings of the stores, as the services have them. */
export const cliConfigSchema = z
  .object({
    ...folderSettings,
    ...backendSettings,
    originals: z.object(originalStoreSettings).prefault({}).transform(camelKeys),
    log: logSettings,
  })
  .check(originalsHaveRoom)
  .transform(withFolders)
  .transform(camelKeys)

export type CliConfig = z.output<typeof cliConfigSchema>
