import { renderingSettings } from '@iaas/rendering/config'

/** How hard the encoders of the product try where nothing is configured. */
export function productEncoders() {
  return renderingSettings.encoders.parse(undefined)
}
