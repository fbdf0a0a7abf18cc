import { readFirstDirectory } from './directory.ts'

/** NewSubfileType, whose lowest bit says that this is a small picture of another one; TIFF 6.0, section 8. */
const subfileTypeTag = 254
/** DNGVersion. */
const dngTag = 50_706

/** Whether a TIFF is what a camera has recorded (DNG, NEF, ARW): its first picture is a thumbnail, and decoders see no other. */
export function isCameraRaw(path: string): boolean {
  const entries = readFirstDirectory(path)?.entries
  if (entries === undefined) return false
  const subfileType = entries.get(subfileTypeTag)?.value ?? 0
  return entries.has(dngTag) || subfileType % 2 === 1
}
