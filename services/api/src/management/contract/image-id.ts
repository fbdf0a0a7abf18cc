import { findImageId } from '@iaas/common/image'
import { z } from 'zod'

/** An id in a body. */
export const imageId = z.string().transform((text, context) => {
  const parsed = findImageId(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: 'is not an id' })
  return z.NEVER
})
