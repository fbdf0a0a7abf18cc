import { bytesOf } from '../bytes.ts'
import { markers, walkSegments } from './segments.ts'

/** A scan of a JPEG: its components, its range of coefficients, and the number of low bits that it omits. */
export type Scan = {
  readonly components: readonly number[]
  readonly first: number
  readonly last: number
  readonly missingBits: number
}

export type Scans = {
  readonly isProgressive: boolean
  /** Numbers of all components. */
  readonly components: readonly number[]
  readonly scans: readonly Scan[]
}

const { baselineFrame, extendedFrame, progressiveFrame } = markers
const frames: ReadonlySet<number> = new Set([baselineFrame, extendedFrame, progressiveFrame])

/** Reads the headers of the scans of a JPEG up to the end of the file: ITU-T T.81, annex B. */
export function readScans(file: Buffer): Scans {
  const scans: Scan[] = []
  let components: readonly number[] = []
  let isProgressive = false
  for (const { marker, at, end, isWhole } of walkSegments(bytesOf(file))) {
    const content = file.subarray(at, end)
    if (frames.has(marker)) {
      isProgressive = marker === progressiveFrame
      components = listEvery(content, 6, 3, content[5] ?? 0)
    }
    if (marker === markers.scan && isWhole) scans.push(readScan(content))
  }
  return { isProgressive, components, scans }
}

/** Returns true if every coefficient of every component has been started, with all its bits. */
export function isComplete({ isProgressive, components, scans }: Scans): boolean {
  return components.every((component) => {
    const own = scans.filter((scan) => scan.components.includes(component))
    if (!isProgressive) return own.length > 0
    const whole = own.filter(({ missingBits }) => missingBits === 0)
    return Array.from({ length: 64 }, (_, index) => index).every((index) =>
      whole.some(({ first, last }) => first <= index && index <= last),
    )
  })
}

/**
 * Reads a scan header: number of components, name and tables of each, first and last coefficient, and the bits before
 * and now.
 */
function readScan(content: Buffer): Scan {
  const count = content[0] ?? 0
  const behind = 1 + 2 * count
  return {
    components: listEvery(content, 1, 2, count),
    first: content[behind] ?? 0,
    last: content[behind + 1] ?? 0,
    missingBits: (content[behind + 2] ?? 0) & 15,
  }
}

function listEvery(content: Buffer, from: number, step: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => content[from + step * index] ?? 0)
}
