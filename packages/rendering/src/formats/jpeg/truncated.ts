import { readFileSync, statSync } from 'node:fs'
import type { Size } from '@iaas/common/image'
import sharp, { type Sharp } from 'sharp'
import { isComplete, readScans } from './scans.ts'
import { toStoredSize } from '../orientation.ts'
import { type SourceFacts } from '../source-facts.ts'

/** Minimum share of the rows that must be present. */
const leastShare = 0.95
/** Level of all channels where the decoder finds no data: middle grey. */
const missingLevel = 128
const blockSide = 8

export type Worked<Result> = { readonly result: Result; readonly isTruncated: boolean }

export type Attempt<Result> = {
  readonly path: string
  readonly source: SourceFacts
  readonly maxPixels: number
  /** Resolves when a file of this size may be read and repaired. */
  readonly admitRepair: (fileBytes: number) => Promise<void>
  readonly work: (source: SourceFacts) => Promise<Result>
}

/**
 * Runs `work` on a file. If the decoder finds a JPEG truncated, runs it again on the part that is present.
 *
 * @throws as `work` does, also if less than 95 % of the rows are present
 */
export async function allowTruncation<Result>(attempt: Attempt<Result>): Promise<Worked<Result>> {
  const { source, work } = attempt
  try {
    return { result: await work(source), isTruncated: false }
  } catch (error) {
    const repaired = isTruncation(error) ? await repairTruncated(attempt) : undefined
    if (repaired === undefined) throw error
    return { result: await work(repaired), isTruncated: true }
  }
}

/** Returns true if a decoder reports a premature end. */
function isTruncation(error: unknown): boolean {
  return error instanceof Error && /premature end of JPEG/i.test(error.message)
}

/**
 * Returns facts with which a truncated JPEG is decoded as far as possible, with white below, where browsers show
 * nothing.
 *
 * @returns undefined if less than 95 % of the rows are present
 */
async function repairTruncated({
  path,
  source,
  maxPixels,
  admitRepair,
}: Attempt<unknown>): Promise<SourceFacts | undefined> {
  const { format, colours, size, orientation } = source
  if (format !== 'jpg' || colours === 'other') return undefined
  const stored = toStoredSize(size, orientation)
  await admitRepair(statSync(path).size)
  const file = readFileSync(path)
  const rows = await countRows(file, stored, maxPixels)
  if (rows < leastShare * stored.height) return undefined
  const amendment = {
    endsEarly: true,
    apply: (image: Sharp) => whiten(image, rows),
  }
  return { ...source, amendment }
}

async function countRows(file: Buffer, size: Size, maxPixels: number): Promise<number> {
  const scans = readScans(file)
  if (!isComplete(scans)) return 0
  const isOneScan = !scans.isProgressive && scans.scans.length === 1
  return isOneScan
    ? countDecodedRows(file, size, maxPixels)
    : countRefinedRows(file, size, maxPixels)
}

/** Counts the rows of whole blocks up to the right edge, as browsers show them. Missing data has a single level. */
async function countDecodedRows(file: Buffer, size: Size, maxPixels: number): Promise<number> {
  const { width, height } = size
  const left = Math.max(0, width - blockSide)
  const strip = await decodeStrip(file, { left, width: width - left, height }, maxPixels)
  const isMissing = (row: number) => strip.row(row).every((level) => level === missingLevel)
  let rows = height
  while (rows > 0 && isMissing(rows - 1)) rows -= 1
  return rows === height ? height : rows - (rows % blockSide)
}

/** Numbers of bytes removed from the end until a difference shows. */
const shortenedBytes = [8, 32, 128, 512, 2048] as const

/** Counts the rows refined by the last scan: those that stay the same if more bytes are missing. */
async function countRefinedRows(file: Buffer, size: Size, maxPixels: number): Promise<number> {
  const { height } = size
  const region = { left: 0, ...size }
  const whole = await decodeStrip(file, region, maxPixels)
  for (const bytes of shortenedBytes) {
    const shorter = file.subarray(0, Math.max(0, file.length - bytes))
    const other = await decodeStrip(shorter, region, maxPixels)
    for (let row = 0; row < height; row += 1) {
      if (!whole.row(row).equals(other.row(row))) return row
    }
  }
  return height
}

type Strip = { row(index: number): Buffer }

async function decodeStrip(
  file: Buffer,
  { left, width, height }: { left: number; width: number; height: number },
  maxPixels: number,
): Promise<Strip> {
  const { data, info } = await sharp(file, {
    failOn: 'none',
    ignoreIcc: true,
    sequentialRead: true,
    limitInputPixels: maxPixels,
  })
    .extract({ left, top: 0, width, height })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const bytes = width * info.channels
  return { row: (index) => data.subarray(index * bytes, (index + 1) * bytes) }
}

async function whiten(image: Sharp, rows: number): Promise<Sharp> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  data.fill(255, rows * info.width * info.channels)
  return sharp(data, { raw: info })
}
