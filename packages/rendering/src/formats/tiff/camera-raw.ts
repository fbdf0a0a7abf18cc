import { readFirstValues } from './directories.ts'

/** Tag of NewSubfileType, whose lowest bit marks a reduced version of another image: TIFF 6.0, section 8. */
const subfileTypeTag = 254
/** Tag of DNGVersion. */
const dngTag = 50_706

/**
 * Returns true if a TIFF is a camera raw file (DNG, NEF, ARW): its first image is a thumbnail, and decoders see no
 * other.
 */
export function isCameraRaw(path: string): boolean {
  const values = readFirstValues(path)
  if (values === undefined) return false
  const subfileType = values.get(subfileTypeTag)?.value ?? 0
  return values.has(dngTag) || subfileType % 2 === 1
}
