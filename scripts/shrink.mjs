// `npm run bench:shrink -- FILE...`: reduces JPEGs and WebPs with the fast and the fine shrinking of the decoder, and prints
// processor time, fidelity and sharpness against a Lanczos reduction of all pixels, and which of both the product chooses.
import { basename } from 'node:path'
import sharp from 'sharp'
import { prepare } from './prepare.mjs'

const files = process.argv.slice(2)
if (files.length === 0) {
  process.stderr.write('Which files? npm run bench:shrink -- FILE...\n')
  process.exit(2)
}

const factors = [1.5, 2, 3, 3.5, 4.5, 5, 6, 7, 9, 10, 12, 14, 20]
const times = 5

prepare()
const { isFineDecodingCheap } = await import('../packages/rendering/dist/pipeline/steps/resize.js')
sharp.concurrency(1)
sharp.cache(false)
for (const file of files) await compare(file)

async function compare(file) {
  const format = (await sharp(file).metadata()).format === 'webp' ? 'webp' : 'jpg'
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  for (const factor of factors) {
    const size = {
      width: Math.round(info.width / factor),
      height: Math.round(info.height / factor),
    }
    const box = { ...size, fit: 'fill' }
    const reference = await sharp(data, { raw: info }).resize(box).raw().toBuffer()
    const measure = (fastShrinkOnLoad) =>
      measureReduction(file, { ...box, fastShrinkOnLoad }, reference)
    const [fast, fine] = [await measure(true), await measure(false)]
    const chosen = isFineDecodingCheap(format, info, size) ? 'fine' : 'fast'
    const name = `${basename(file)}, ${info.width} x ${info.height}, by ${factor}`
    process.stdout.write(`${name}: fast ${fast}; fine ${fine}; chosen: ${chosen}\n`)
  }
}

async function measureReduction(file, options, reference) {
  const spent = []
  let pixels
  for (let time = 0; time < times; time += 1) {
    const before = process.cpuUsage()
    pixels = await sharp(file, { sequentialRead: true })
      .resize(options)
      .toColourspace('srgb')
      .raw()
      .toBuffer()
    const { user, system } = process.cpuUsage(before)
    spent.push((user + system) / 1000)
  }
  const ms = spent.toSorted((one, other) => one - other)[Math.floor(times / 2)]
  const sharpness = sharpnessOf(pixels, options) / sharpnessOf(reference, options)
  return `${ms.toFixed(1)} ms, ${fidelityOf(pixels, reference).toFixed(1)} dB, sharpness ${sharpness.toFixed(3)}`
}

function fidelityOf(pixels, reference) {
  const sum = pixels.reduce((all, value, at) => all + (value - reference[at]) ** 2, 0)
  return Math.min(
    99,
    10 * Math.log10((255 * 255 * pixels.length) / Math.max(sum, Number.MIN_VALUE)),
  )
}

/** Returns the root of the energy of the Laplacian. */
function sharpnessOf(pixels, { width, height }) {
  const channels = pixels.length / (width * height)
  const row = width * channels
  let energy = 0
  for (let y = 1; y < height - 1; y += 1) {
    for (let at = y * row + channels; at < (y + 1) * row - channels; at += 1) {
      const around =
        pixels[at - channels] + pixels[at + channels] + pixels[at - row] + pixels[at + row]
      energy += (4 * pixels[at] - around) ** 2
    }
  }
  return Math.sqrt(energy)
}
