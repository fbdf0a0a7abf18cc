import { withBytes } from '../bytes.ts'
import { headerWindow, markers, walkSegments } from './segments.ts'

const jfifBytes = 18

/**
 * Counts everything except application segments and comments before the first scan; a bare JFIF header counts.
 *
 * @returns undefined if the file cannot be parsed
 */
export function countImageBytes(path: string): number | undefined {
  return withBytes(path, headerWindow, (file) => {
    let total = file.length + jfifBytes
    let before = 2
    for (const { marker, start, end, isBare } of walkSegments(file)) {
      if (start !== before || isBare) return undefined
      if (marker === markers.scan) return total
      const isApplication = marker >= markers.firstApplication && marker <= markers.lastApplication
      if (isApplication || marker === markers.comment) total -= end - start
      before = end
    }
    return undefined
  })
}
