// `npm run docs:options`: draws the examples of docs/options.md from assets/example.jpg.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { prepare } from './prepare.mjs'

prepare()
const { parseGravity, parseImageUrl, toVariant } =
  await import('../packages/common/dist/image/index.js')
const { configureSharp } = await import('../packages/rendering/dist/formats/sharp.js')
const { perform } = await import('../packages/rendering/dist/worker/perform.js')
const { overlayDigest } = await import('../packages/rendering/dist/watermarks/overlays.js')
const { optionExamples } = await import('../services/standalone/dist/option-examples.js')

const bounds = { width: 400, height: 400 }
const overlay = readFileSync(new URL('../assets/watermark.png', import.meta.url))
const watermark = {
  overlay: overlayDigest(overlay),
  gravity: parseGravity('southeast'),
  opacity: 1,
  scale: 0.5,
  margin: 6,
  repeat: false,
}
const policy = {
  bounds,
  webpOptIn: false,
  webpSwitch: false,
  findWatermark: (name) => (name === 'logo' ? watermark : undefined),
}
const settings = {
  maxInputPixels: 50e6,
  maxOnDiskPixels: 50e6,
  blurSigma: 7,
  minCopiedPixels: 50e6,
  refusedFormats: [],
  animation: { maxFrames: 300, maxPixels: 100e6 },
  decodeCpuMs: 0,
  animationCpuMs: 0,
  mostBytes: 2 ** 31,
  allowance: 1e9,
  encoders: {
    jpegTrellis: true,
    webpEffort: 4,
    pngCompression: 9,
    pngFilters: true,
    avifEffort: 4,
    gifEffort: 7,
  },
}
const path = fileURLToPath(new URL('../assets/example.jpg', import.meta.url))
const folder = new URL('../docs/images/', import.meta.url)

configureSharp(settings.refusedFormats)
mkdirSync(folder, { recursive: true })
for (const { file, address } of Object.values(optionExamples)) {
  const [end, query] = address.split('?')
  const request = parseImageUrl(`/example${end}`, new URLSearchParams(query))
  const variant = toVariant(request, policy, [])
  const { bytes } = await perform(
    { kind: 'render', path, variant, bounds, overlay },
    settings,
    async () => {},
  )
  writeFileSync(new URL(file, folder), bytes)
}
