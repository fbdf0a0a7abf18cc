import { closeSync, openSync, writeSync } from 'node:fs'
import { readFirstDirectory } from './directory.ts'

/** TIFF 6.0, section 8: how the picture is turned. */
const orientationTag = 274
const upright = 1

/** Makes a TIFF file say that its picture is not turned, where it says how it is. */
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
