import type { Size } from '@iaas/common/image'
import { toColourTag } from '../../colour/colour-tag.ts'
import { withBytes } from '../bytes.ts'
import { findMeta, windowBytes } from '../heif/boxes.ts'
import { type Item, type Items, firstTile, readItems } from '../heif/items.ts'
import { findAlpha, readNclx, readPeak, readProfile, toCodes } from '../heif/properties.ts'
import { type Transforms, readTransforms } from '../heif/transforms.ts'

/** The displayed image of a HEIC, as its boxes describe it. */
export type HeicImage = Transforms & {
  readonly id: number
  /** Size before the transforms, px. */
  readonly size: Size
  readonly hasAlpha: boolean
}

/**
 * Reads the boxes of the displayed image.
 *
 * @returns undefined if it is not coded in HEVC, or not described as encoders do
 */
export function readHeic(path: string): HeicImage | undefined {
  const items = readHeicItems(path)
  const { primary } = items ?? {}
  if (items === undefined || primary === undefined) return undefined
  if (firstTile(items, primary).type !== 'hvc1') return undefined
  const ispe = primary.properties.filter(({ name }) => name === 'ispe')
  const [extents] = ispe
  if (extents === undefined || ispe.length > 1 || extents.content.length < 12) return undefined
  const size = { width: extents.content.readUInt32BE(4), height: extents.content.readUInt32BE(8) }
  if (size.width === 0 || size.height === 0) return undefined
  const transforms = readTransforms(primary.properties, size)
  const hasAlpha = findAlpha(items, primary) !== undefined
  return transforms && { id: primary.id, size, hasAlpha, ...transforms }
}

/** Reads the colours of the displayed image: an ICC profile takes precedence over codes. */
export function readHeicColours(path: string) {
  const primary = readHeicItems(path)?.primary
  const profile = primary && (readProfile(primary) ?? undefined)
  const codes = primary && readNclx(primary)
  const tag =
    profile === undefined && primary !== undefined && codes !== undefined
      ? toColourTag(toCodes(codes), readPeak(primary))
      : undefined
  return { profile, tag }
}

function readHeicItems(path: string): Items | undefined {
  const meta = withBytes(path, windowBytes, findMeta)
  return meta && readItems(meta)
}

/** Reads the first bytes of the items of metadata. */
export function readHeicMetadata(path: string) {
  const items = readHeicItems(path)
  const read = (type: string) => {
    const item = [...(items?.byId.values() ?? [])].find((each) => each.type === type)
    return item && readItem(path, items, item)
  }
  // The position of the TIFF structure, relative to the end of this number, precedes it.
  const exif = read('Exif')
  const start = exif !== undefined && exif.length >= 4 ? 4 + exif.readUInt32BE(0) : 0
  return { exif: exif?.subarray(start), xmp: read('mime') }
}

/** Maximum of metadata that is read, bytes. */
const mostMetadataBytes = 1024 * 1024

function readItem(path: string, items: Items | undefined, { id }: Item): Buffer | undefined {
  const [extent] = items?.places.get(id) ?? []
  if (extent === undefined) return undefined
  const { at, bytes } = extent
  return withBytes(path, windowBytes, (file) =>
    file.read(at, Math.min(bytes === 0 ? file.length : bytes, mostMetadataBytes)),
  )
}
