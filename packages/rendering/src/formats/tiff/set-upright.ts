import { closeSync, openSync, writeSync } from 'node:fs'
import { readFirstValues } from './directories.ts'

/** Tag of the orientation: TIFF 6.0, section 8. */
const orientationTag = 274
const upright = 1

/** Sets the orientation of a TIFF file to upright, if it declares one. */
export function setUpright(path: string): void {
  const values = readFirstValues(path)
  const entry = values?.get(orientationTag)
  if (values === undefined || entry === undefined || entry.value === upright) return
  const value = Buffer.from(values.isLittleEndian ? [upright, 0] : [0, upright])
  const file = openSync(path, 'r+')
  try {
    writeSync(file, value, 0, value.length, entry.at)
  } finally {
    closeSync(file)
  }
}
