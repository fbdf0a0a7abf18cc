import { apiConfigSchema } from '@iaas/api/config'
import { uploaderConfigSchema } from '@iaas/uploader/config'
import { z } from 'zod'

/** Everything that the services can be told, all in one process. */
export const standaloneConfigSchema = z.object({
  ...apiConfigSchema.shape,
  ...uploaderConfigSchema.shape,
})

export type StandaloneConfig = z.output<typeof standaloneConfigSchema>
