import type { OriginalFormat } from '@iaas/common/image'
import sharp, { type Sharp } from 'sharp'

/** Returns the service's name of a format that sharp writes. */
export function formatNameOf(codec: PhotoOptions['format']): OriginalFormat {
  return codec === 'jpeg' ? 'jpg' : codec
}

export type PhotoOptions = {
  readonly width: number
  readonly height: number
  readonly format: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff'
  /** 1 to 100; 80 by default. */
  readonly quality?: number
  /** Progressive JPEG or interlaced PNG. */
  readonly progressive?: boolean
  /** EXIF orientation, 1 to 8: how a viewer must rotate the image. The pixels stay as they are. */
  readonly orientation?: number
  /** Makes the middle of the image half transparent. */
  readonly alpha?: boolean
  readonly grey?: boolean
  readonly cmyk?: boolean
  readonly bits16?: boolean
  readonly chromaSubsampling?: '4:4:4' | '4:2:0'
}

/** Stored colours of the corners: top left, top right, bottom left, bottom right. */
export const cornerColours = [
  [220, 40, 40],
  [40, 200, 60],
  [50, 70, 220],
  [230, 210, 50],
] as const

/**
 * Creates an image that is nowhere flat and that every rotation or mirroring changes: four corner colours that fade
 * into each other, a dark disc above the middle and a bright bar below it, stripes and fine noise. The same options
 * give the same bytes. In AVIF the orientation is a property of the container, which decoders apply by themselves.
 */
export async function makePhoto(options: PhotoOptions): Promise<Buffer> {
  const { width, height, orientation } = options
  const channels = options.alpha === true ? 4 : 3
  const pixels = paint(width, height, channels)
  let image = sharp(pixels, { raw: { width, height, channels } })
  if (options.grey === true) image = image.toColourspace('b-w')
  if (options.cmyk === true) image = image.toColourspace('cmyk')
  if (options.bits16 === true) image = image.toColourspace('rgb16')
  if (orientation !== undefined) image = image.withMetadata({ orientation })
  return encode(image, options).toBuffer()
}

function encode(image: Sharp, options: PhotoOptions): Sharp {
  const { quality = 80, progressive = false, chromaSubsampling = '4:2:0' } = options
  switch (options.format) {
    case 'jpeg':
      return image.jpeg({ quality, progressive, chromaSubsampling })
    case 'png':
      return image.png({ progressive, compressionLevel: 3 })
    case 'webp':
      return image.webp({ quality, effort: 1 })
    case 'gif':
      return image.gif({ effort: 1 })
    case 'avif':
      return image.avif({ quality, effort: 0 })
    case 'tiff':
      return image.tiff({ compression: 'deflate' })
  }
}

// Tests access globals through their sandbox, which is slow.
const { floor, imul, max, min, round } = Math

function paint(width: number, height: number, channels: 3 | 4): Buffer {
  const pixels = Buffer.alloc(width * height * channels)
  const noise = createNoise(1)
  const [top, bottom] = [blendRow(width, 0), blendRow(width, 2)]
  for (let y = 0; y < height; y += 1) {
    const down = shareOf(y, height)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels
      const right = shareOf(x, width)
      const grain = noise() * 16 - 8 + (floor((x + y) / 17) % 2 === 0 ? 6 : -6)
      const added = shape(right, down)
      for (let channel = 0; channel < 3; channel += 1) {
        const place = 3 * x + channel
        const blended = (top[place] ?? 0) * (1 - down) + (bottom[place] ?? 0) * down
        pixels[at + channel] = clampByte(blended + added + grain)
      }
      if (channels === 4) pixels[at + 3] = isMiddle(right) && isMiddle(down) ? 96 : 255
    }
  }
  return pixels
}

/** Returns the colours from one corner to the next, three numbers per pixel. */
function blendRow(width: number, corner: 0 | 2): readonly number[] {
  const [left, right] = [cornerColours[corner], cornerColours[corner + 1]]
  return Array.from({ length: 3 * width }, (_, place) => {
    const share = shareOf(floor(place / 3), width)
    return (left[place % 3] ?? 0) * (1 - share) + (right?.[place % 3] ?? 0) * share
  })
}

/** Returns the position of a pixel along a side, 0 to 1. */
function shareOf(place: number, length: number): number {
  return length > 1 ? place / (length - 1) : 0
}

/** Returns how much the shapes lighten or darken a position; 0 at the corners and in the middle. */
function shape(right: number, down: number): number {
  if ((right - 0.32) ** 2 + (down - 0.26) ** 2 < 0.15 ** 2) return -70
  return right > 0.55 && right < 0.9 && down > 0.66 && down < 0.78 ? 60 : 0
}

function isMiddle(share: number): boolean {
  return share > 0.3 && share < 0.7
}

function clampByte(value: number): number {
  return max(0, min(255, round(value)))
}

/** Creates a linear congruential generator (Numerical Recipes), 0 to 1. */
function createNoise(seed: number): () => number {
  let state = seed
  return () => {
    state = (imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
