import { type ExifFields, mostExifNumbers, mostExifText } from '@iaas/common/image-facts'
import {
  openExif,
  readFields,
  readImageDirectory,
  readInnerDirectory,
} from '../formats/exif/fields.ts'
import {
  imageTags,
  photoTags,
  positionTags,
  privateImageTags,
  privatePhotoTags,
} from '../formats/exif/tags.ts'

export type Exif = {
  readonly exif: ExifFields
  /** Position, owner and serial numbers. */
  readonly privateExif: ExifFields
}

const none: Exif = { exif: {}, privateExif: {} }
const limits = { mostText: mostExifText, mostNumbers: mostExifNumbers } as const
/** Tags of the directories of the photograph and of the position: EXIF 2.32, 4.6.3. */
const photoDirectory = 0x87_69
const positionDirectory = 0x88_25

/**
 * Reads the known fields of an EXIF block. Three directories are read, once each; a field that is malformed, or has
 * more numbers than a field may have, is left out, and a long text is cut. The cost is bounded by the number of known
 * fields, whatever the block declares.
 */
export function readExif(block: Buffer | undefined): Exif {
  const reader = block && openExif(block)
  if (reader === undefined) return none
  const image = readImageDirectory(reader)
  const photo = readInnerDirectory(reader, image, photoDirectory)
  const position = readInnerDirectory(reader, image, positionDirectory)
  return {
    exif: {
      ...readFields(reader, image, imageTags, limits),
      ...readFields(reader, photo, photoTags, limits),
    },
    privateExif: {
      ...readFields(reader, image, privateImageTags, limits),
      ...readFields(reader, photo, privatePhotoTags, limits),
      ...readFields(reader, position, positionTags, limits),
    },
  }
}
