import type { ImageFacts } from '@iaas/common/image-facts'

/** Creates facts about an image of 600 x 400 px. */
export function makeFacts(part: Partial<ImageFacts> = {}): ImageFacts {
  return {
    format: 'jpg',
    size: { width: 600, height: 400 },
    hasAlpha: false,
    isAnimated: false,
    frames: 1,
    quality: 80,
    colourSpace: 'srgb',
    profile: null,
    averageColour: '808080',
    palette: [{ colour: '808080', share: 1 }],
    thumbhash: 'EwgKBgAHCAi/eHd/iHiIeIiHCIiH',
    blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
    placeholder: 'data:image/webp;base64,AAAA',
    perceptualHash: '0123456789abcdef',
    exif: {},
    privateExif: {},
    ...part,
  }
}
