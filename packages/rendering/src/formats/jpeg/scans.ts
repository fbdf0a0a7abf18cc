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

const markers = { progressiveFrame: 0xc2, end: 0xd9, scan: 0xda, firstRestart: 0xd0 } as const
const frames: ReadonlySet<number> = new Set([0xc0, 0xc1, markers.progressiveFrame])

/** Reads the headers of the scans of a JPEG up to the end of the file: ITU-T T.81, annex B. */
export function readScans(file: Buffer): Scans {
  const scans: Scan[] = []
  let components: readonly number[] = []
  let isProgressive = false
  for (let at = findMarker(file, 2); at + 4 <= file.length;) {
    const marker = file[at + 1] ?? 0
    if (marker === markers.end) break
    const end = at + 2 + file.readUInt16BE(at + 2)
    const content = file.subarray(at + 4, end)
    if (frames.has(marker)) {
      isProgressive = marker === markers.progressiveFrame
      components = listEvery(content, 6, 3, content[5] ?? 0)
    }
    if (marker === markers.scan && end <= file.length) scans.push(readScan(content))
    at = findMarker(file, end)
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

/** Returns the next marker with a segment. Stuffed bytes and restarts belong to the data of a scan. */
function findMarker(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at !== -1; at = file.indexOf(0xff, at + 1)) {
    const marker = file[at + 1] ?? 0
    const isRestart = marker >= markers.firstRestart && marker < markers.end
    if (marker >= 0xc0 && marker !== 0xff && !isRestart) return at
  }
  return file.length
}
