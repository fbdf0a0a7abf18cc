// Measures in how many marked images `gravity=smart` keeps the subject, where a crop leaves half of the longer side.
import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { listFiles } from '../corpus/files.mjs'
import { open, read, readLuma, readOriginal } from './reference.mjs'

const subjectsFile = join(import.meta.dirname, 'subjects.json')
/** Longest side of the scaled image, px. */
const longestSide = 160
const kept = 0.5
/** Smallest part of the subject, or of the crop if that is smaller, that must be in both. */
const leastShare = 0.9

/**
 * Asks for each marked image of a folder. The subjects are marked by name, digest and box: left, top, right and bottom in
 * fractions of the displayed image.
 *
 * @returns the share of each subject that is in the crop, with `gravity=smart` and with the centre
 */
export async function measureSmart({ base, originalsDir }, folder) {
  const subjects = JSON.parse(await readFile(subjectsFile, 'utf8'))
  const files = await listByDigest(folder)
  const results = []
  for (const [index, { name, subject, sha256, box }] of subjects.entries()) {
    const file = files.get(sha256)
    if (file === undefined) continue
    const id = `s${index}`
    await copyFile(file, join(originalsDir, id))
    const { start, isWide } = await findCrop(`${base}/${id}`, await readOriginal(file))
    const side = isWide ? [box[0], box[2]] : [box[1], box[3]]
    const [smart, center] = [start, (1 - kept) / 2].map((each) => shareOf(side, each))
    results.push({ name, subject, smart, center })
  }
  return { results, isKept: (share) => share >= leastShare, marked: subjects.length }
}

/** Finds out where a crop begins on the longer side, as a fraction of it, by comparing it with the whole image. */
async function findCrop(address, original) {
  const isWide = original.width >= original.height
  const scale = longestSide / Math.max(original.width, original.height)
  const size = {
    width: Math.round(original.width * scale),
    height: Math.round(original.height * scale),
  }
  const crop = isWide
    ? { ...size, width: Math.round(size.width * kept) }
    : { ...size, height: Math.round(size.height * kept) }
  const query = 'fit=crop&gravity=smart&proxy=true'
  const answer = await fetch(`${address}_${crop.width}_${crop.height}.png?${query}`)
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
  const shown = await readLuma(sharp(Buffer.from(await answer.arrayBuffer())))
  const whole = await read(open(original).resize({ ...size, fit: 'fill' }))
  const length = isWide ? size.width - crop.width : size.height - crop.height
  let best = { start: 0, difference: Infinity }
  for (let start = 0; start <= length; start += 1) {
    const [left, top] = isWide ? [start, 0] : [0, start]
    const part = await readLuma(open(whole).extract({ left, top, ...crop }))
    const difference = part.reduce((sum, value, at) => sum + Math.abs(value - shown[at]), 0)
    if (difference < best.difference) best = { start, difference }
  }
  return { start: best.start / longestSide, isWide }
}

function shareOf([start, end], cropStart) {
  const both = Math.min(end, cropStart + kept) - Math.max(start, cropStart)
  return Math.max(0, both) / Math.min(end - start, kept)
}

async function listByDigest(folder) {
  const files = new Map()
  for (const file of await listFiles(folder)) {
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    files.set(digest, file)
  }
  return files
}

/** Formats the results, and tells in how many images the subject is kept. */
export function reportSmart({ results, isKept, marked }) {
  const count = (way) => results.filter((each) => isKept(each[way])).length
  const lines = results
    .filter(({ smart }) => !isKept(smart))
    .map(({ name, subject, smart }) => `  ${smart.toFixed(2)} of ${subject}: ${name}`)
  const total = `${results.length} of ${marked} marked images are in the folder`
  const counts = `the subject is kept in ${count('smart')}, and by the centre in ${count('center')}`
  return [`${total}; ${counts}.`, ...lines].join('\n')
}
