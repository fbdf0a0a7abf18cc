import { closeSync, openSync, writeSync } from 'node:fs'
import { readFirstDirectory } from './directory.ts'

/** Tag of the orientation: TIFF 6.0, section 8. */
const orientationTag = 274
const upright = 1

/** Sets the orientation of a TIFF file to upright, if it declares one. */
export function setUpright(path: string): void {
  const directory = readFirstDirectory(path)
  const entry = directory?.entries.get(orientationTag)
  if (directory === undefined || entry === undefined || entry.value === upright) return
  const value = Buffer.from(directory.isLittleEndian ? [upright, 0] : [0, upright])
  const file = openSync(path, 'r+')
  try {
    writeSync(file, value, 0, value.length, entry.at)
  } finally {
    closeSync(file)
  }
}
