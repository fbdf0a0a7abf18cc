import { apiConfigSchema } from '@iaas/api/config'
import { uploaderConfigSchema } from '@iaas/uploader/config'
import type { z } from 'zod'

/** Configuration of all services in one process. */
export const standaloneConfigSchema = apiConfigSchema.safeExtend(uploaderConfigSchema.shape)

export type StandaloneConfig = z.output<typeof standaloneConfigSchema>
