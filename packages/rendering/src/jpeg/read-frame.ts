import { readSync } from 'node:fs'
import { withFile } from '../files.ts'
import { readExifOrientation } from './exif-orientation.ts'

/** What the segments before the first scan of a JPEG file tell of its picture. */
export type JpegFrame = {
  /** As it is stored, px. */
  readonly width: number
  readonly height: number
  /** Grey, or brightness and colour. */
  readonly components: 1 | 3
  readonly isProgressive: boolean
  /** In one direction or both. */
  readonly hasHalvedColours: boolean
  /** As EXIF numbers it; 0 where it tells none. */
  readonly orientation: number
}

const SOI = 0xff_d8
const markers = {
  firstFrame: 0xc0,
  extendedFrame: 0xc1,
  progressiveFrame: 0xc2,
  tables: 0xc4,
  arithmeticCoding: 0xcc,
  lastFrame: 0xcf,
  firstRestart: 0xd0,
  end: 0xd9,
  scan: 0xda,
  exif: 0xe1,
  fill: 0xff,
} as const
const exifName = 'Exif\0\0'
/** What is read at once. */
const chunkBytes = 16 * 1024
/** No camera writes as many. */
const mostSegments = 500

/**
 * Reads the header of a plain JPEG, of which there are far more than of all other pictures together, at a tenth of what
 * a decoder takes to open it. ITU-T T.81, annex B.
 *
 * @returns undefined for whatever is not quite plain, which is for a decoder to judge
 */
export function readJpegFrame(path: string): JpegFrame | undefined {
  return withFile(path, (file) => findFrame(createReader(file)))
}

/** Bytes of a file at a place; fewer where it ends before. */
type Reader = (at: number, length: number) => Buffer

function createReader(file: number): Reader {
  let chunk = Buffer.alloc(0)
  let start = 0
  return (at, length) => {
    if (at < start || at + length > start + chunk.length) {
      chunk = Buffer.allocUnsafe(Math.max(chunkBytes, length))
      start = at
      chunk = chunk.subarray(0, readSync(file, chunk, 0, chunk.length, at))
    }
    return chunk.subarray(at - start, at - start + length)
  }
}

type Frame = Omit<JpegFrame, 'orientation'>

function findFrame(read: Reader): JpegFrame | undefined {
  const start = read(0, 2)
  if (start.length < 2 || start.readUInt16BE() !== SOI) return undefined
  let frame: Frame | undefined
  let orientation: number | undefined
  let at = 2
  for (let segments = 0; segments < mostSegments; segments += 1) {
    const head = read(at, 4)
    if (head.length < 4 || head[0] !== 0xff) return undefined
    const [, marker = 0] = head
    if (marker === markers.scan) {
      // With a scan for each component all of the picture has to be kept, as of a progressive one.
      if (frame === undefined || read(at + 4, 1)[0] !== frame.components) return undefined
      return { ...frame, orientation: orientation ?? 0 }
    }
    const length = head.readUInt16BE(2)
    const isExif = marker === markers.exif && isNamed(read(at + 4, exifName.length), exifName)
    if (isFrame(marker)) {
      // A second frame is another picture within, such as of a hierarchical file.
      if (frame !== undefined) return undefined
      frame = readFrame(marker, read(at + 4, length - 2))
      if (frame === undefined) return undefined
    } else if (isExif) {
      // Of several, decoders do not agree which one counts.
      if (orientation !== undefined) return undefined
      orientation = readExifOrientation(read(at + 10, length - 8))
      if (orientation === undefined) return undefined
    } else if (length < 2 || !hasLength(marker)) return undefined
    at += 2 + length
  }
  return undefined
}

/** Whoever reads on where one has none leaves the path of a decoder, and may be told of another picture. */
function hasLength(marker: number): boolean {
  const { firstFrame, firstRestart, end, fill } = markers
  return marker >= firstFrame && marker !== fill && (marker < firstRestart || marker > end)
}

function isFrame(marker: number): boolean {
  const { firstFrame, lastFrame, tables, arithmeticCoding } = markers
  if (marker < firstFrame || marker > lastFrame) return false
  // C8 is reserved; a decoder may say what it is.
  return marker !== tables && marker !== arithmeticCoding
}

/** Precision, height, width, the number of components, then of each: its name, its sampling, its table. */
function readFrame(marker: number, content: Buffer): Frame | undefined {
  const { firstFrame, extendedFrame, progressiveFrame } = markers
  if (marker !== firstFrame && marker !== extendedFrame && marker !== progressiveFrame) {
    return undefined
  }
  if (content.length < 6 || content[0] !== 8) return undefined
  const [height, width, components] = [
    content.readUInt16BE(1),
    content.readUInt16BE(3),
    content[5] ?? 0,
  ]
  if (height === 0 || width === 0 || (components !== 1 && components !== 3)) return undefined
  if (content.length !== 6 + 3 * components) return undefined
  const samplings = Array.from({ length: components }, (_, index) => content[7 + 3 * index] ?? 0)
  return {
    width,
    height,
    components,
    isProgressive: marker === progressiveFrame,
    hasHalvedColours: samplings.some((sampling) => sampling >> 4 > 1 || (sampling & 15) > 1),
  }
}

function isNamed(content: Buffer, name: string): boolean {
  return content.toString('latin1') === name
}
