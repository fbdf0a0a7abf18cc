import type { SourceFacts } from '@iaas/rendering/formats/source-facts'

/** A photo as a camera takes it. */
export const facts: SourceFacts = {
  format: 'jpg',
  size: { width: 6000, height: 4000 },
  pixels: 24e6,
  orientation: 1,
  colours: 'rgb',
  hasAlpha: false,
  hasHalvedColours: false,
  isLossless: false,
  isIndexed: false,
  isProgressive: false,
  bytesPerPixel: 3,
  isDeep: false,
}
