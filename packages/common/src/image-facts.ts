import { z } from 'zod'
import { originalFormats } from './image/index.ts'

const side = z.int().positive()
const colour = z.string().regex(/^[\da-f]{6}$/)
const printable = /^\P{C}*$/u

/** Most fields of EXIF in each of the two groups. */
export const mostExifFields = 64
/** Longest text of EXIF, characters. */
export const mostExifText = 200
/** Most numbers in one field of EXIF. */
export const mostExifNumbers = 16

const exifValue = z.union([
  z.string().max(mostExifText).regex(printable),
  z.number(),
  z.array(z.number()).max(mostExifNumbers),
])
const exifFields = z
  .record(z.string().regex(/^[A-Z][A-Za-z\d]{1,40}$/), exifValue)
  .refine((fields) => Object.keys(fields).length <= mostExifFields)

/**
 * Facts about one version of an original, from its header and its pixels. They come from a process that has decoded
 * foreign bytes, or from a file, so every field is bounded.
 */
export const imageFactsSchema = z.object({
  format: z.enum(originalFormats),
  /** Displayed size, px. */
  size: z.object({ width: side, height: side }),
  hasAlpha: z.boolean(),
  isAnimated: z.boolean(),
  /** Frames of an animation, or pages of a TIFF. */
  frames: side,
  /** Quality of a JPEG, 1 to 100; null for other formats. */
  quality: z.int().min(1).max(100).nullable(),
  /** Colour space of the stored pixels: `srgb`, `b-w`, `cmyk`, ... */
  colourSpace: z.string().regex(/^[\w-]{1,20}$/),
  /** Name of the colour profile; null if there is none. */
  profile: z.string().max(100).regex(printable).nullable(),
  /** `rrggbb`; null if every pixel is transparent. */
  averageColour: colour.nullable(),
  /** At most six colours and their shares of the opaque pixels, the largest first. */
  palette: z.array(z.object({ colour, share: z.number().min(0).max(1) })).max(6),
  /** Base64. */
  thumbhash: z.string().regex(/^[\w+/]{4,60}={0,2}$/),
  blurhash: z.string().regex(/^[\w#$%*+,\-.:;=?@[\]^{|}~]{6,100}$/),
  /** Data URI of a tiny copy. */
  placeholder: z.string().regex(/^data:image\/webp;base64,[\w+/]{1,4000}={0,2}$/),
  /** Difference hash: 64 bits in hexadecimal digits. */
  perceptualHash: z.string().regex(/^[\da-f]{16}$/),
  exif: exifFields,
  /** Fields of EXIF that tell the place, the owner or the device: position and serial numbers. */
  privateExif: exifFields,
})

export type ImageFacts = Readonly<z.output<typeof imageFactsSchema>>
export type ExifFields = ImageFacts['exif']

/** Increased by each release whose facts have other fields or values, so that older facts are computed again. */
export const factsRevision = 1
