import { apiConfigSchema } from '@iaas/api/config'
import { uploaderConfigSchema } from '@iaas/uploader/config'
import type { z } from 'zod'

/** Everything that the services can be told, all in one process. */
export const standaloneConfigSchema = apiConfigSchema.safeExtend(uploaderConfigSchema.shape)

export type StandaloneConfig = z.output<typeof standaloneConfigSchema>
