import { camelKeys } from '@iaas/common/config/camel-keys'
import { constraintsSettings } from '@iaas/common/config/policy'
import { folderSettings, withFolders } from '@iaas/common/disk/config'
import { listenSettings } from '@iaas/common/http/config'
import { logSettings } from '@iaas/common/log'
import { renderingSettings } from '@iaas/rendering/config'
import { z } from 'zod'

/** Configuration of the renderer service. */
export const rendererConfigSchema = z
  .object({
    ...listenSettings,
    data_dir: folderSettings.data_dir,
    constraints: constraintsSettings,
    ...renderingSettings,
    log: logSettings,
  })
  .transform(withFolders)
  .transform(camelKeys)

export type RendererConfig = z.output<typeof rendererConfigSchema>
