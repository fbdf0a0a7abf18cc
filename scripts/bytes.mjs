// `npm run bench:bytes -- FOLDER`: renders every JPEG, PNG and WebP of a folder in its own format, at its own size and with
// quality `auto`, and prints the bytes of the renditions as ratios of those of the originals, metadata apart.
// Ends with 1 if a rendition is larger than its original by more than 3 %; below 2 KB, headers decide, which is not counted.
import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { imageBytes } from './bytes/image-bytes.mjs'
import { prepare } from './prepare.mjs'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('Which folder? npm run bench:bytes -- FOLDER\n')
  process.exit(2)
}

/** Largest ratio of a rendition's bytes to those of its original. */
const largestRatio = 1.03
const formats = { jpeg: 'jpg', png: 'png', webp: 'webp' }
const smallestBytes = 2048
const concurrency = 2
const mebibyte = 1024 * 1024

prepare()
const { createRenderPool } = await import('../packages/rendering/dist/pool/render-pool.js')
const pool = createRenderPool({
  concurrency,
  ownCores: false,
  queueLimit: 100,
  queueTimeoutMs: 600_000,
  memoryBudgetBytes: 2048 * mebibyte,
  timeoutMs: 60_000,
  ingestTimeoutMs: 60_000,
  maxInputPixels: 30_000_000,
  maxOnDiskPixels: 30_000_000,
  blurSigma: 7,
  encoders: {
    jpegTrellis: false,
    webpEffort: 4,
    avifEffort: 3,
    gifEffort: 3,
    pngCompression: 3,
    pngFilters: true,
  },
  minCopiedPixels: 1_000_000,
  refusedFormats: ['svg'],
})
const files = await listFiles()
const measured = []
await Promise.all(Array.from({ length: concurrency }, (_, worker) => work(worker)))
await pool[Symbol.asyncDispose]()
report()

async function work(worker) {
  for (let at = worker; at < files.length; at += concurrency) {
    const ratio = await measure(files[at])
    if (ratio !== undefined) measured.push({ file: relative(folder, files[at]), ...ratio })
  }
}

/** Returns undefined for an animation, a file that an upload refuses, and a format without variants. */
async function measure(path) {
  try {
    const { format, size } = await pool.ingest({
      path,
      outputPath: `${path}.unused`,
      crop: undefined,
      stripMetadata: false,
    })
    if (formats[format] === undefined) return undefined
    const original = imageBytes(await readFile(path), format)
    if (original === undefined) return undefined
    const options = { fit: 'clip', format: formats[format], blur: false, quality: 'auto' }
    const { bytes } = await pool.render({
      path,
      variant: { id: 'image', ...size, ...options },
      bounds: size,
    })
    return { format, original, rendition: bytes.length, ratio: bytes.length / original }
  } catch {
    return undefined
  }
}

function report() {
  const lines = Object.keys(formats).flatMap(describeFormat)
  const larger = measured
    .filter(({ ratio }) => ratio > largestRatio)
    .toSorted((one, other) => other.ratio - one.ratio)
  const counted = larger.filter(({ original }) => original >= smallestBytes)
  lines.push(
    `${larger.length} of ${measured.length} are more than 3 % larger, ${counted.length} of them of 2 KB or more:`,
  )
  for (const { file, original, rendition, ratio } of larger) {
    lines.push(`  ${ratio.toFixed(2)}  ${original} -> ${rendition}  ${file}`)
  }
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = counted.length === 0 ? 0 : 1
}

function describeFormat(format) {
  const all = measured.filter((each) => each.format === format)
  const large = all.filter(({ original }) => original >= smallestBytes)
  return [
    `${format}: ${describeRatios(all)}`,
    `${format} of 2 KB or more: ${describeRatios(large)}`,
  ]
}

function describeRatios(images) {
  const ratios = images.map(({ ratio }) => ratio).toSorted((one, other) => one - other)
  if (ratios.length === 0) return 'none'
  const median = ratios[Math.floor(ratios.length / 2)]
  return `${ratios.length} images, median ${median.toFixed(3)}, worst ${ratios.at(-1).toFixed(3)}`
}

async function listFiles() {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
