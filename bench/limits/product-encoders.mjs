import { constraintsSettings } from '@iaas/common/config/policy'
import { renderingSettings, toPoolOptions } from '@iaas/rendering/config'
import { z } from 'zod'

/** How hard the encoders of the product try where nothing is configured. */
export function productEncoders() {
  const schema = z.object({ ...renderingSettings, constraints: constraintsSettings })
  return toPoolOptions(schema.parse({})).encoders
}
