// `npm run docs:options`: draws the examples of docs/options.md from assets/example.jpg.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { prepare } from './prepare.mjs'

prepare()
const { parseGravity, parseImageUrl, toVariant } =
  await import('../packages/common/dist/image/index.js')
const { configureSharp } = await import('../packages/rendering/dist/formats/sharp.js')
const { perform } = await import('../packages/rendering/dist/worker/perform.js')
const { fontDigest } = await import('../packages/rendering/dist/fonts/fonts.js')
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
const fontFile = '@expo-google-fonts/noto-sans/900Black/NotoSans_900Black.ttf'
const font = readFileSync(fileURLToPath(import.meta.resolve(fontFile)))
const policy = {
  bounds,
  webpOptIn: false,
  webpSwitch: false,
  findWatermark: (name) => (name === 'logo' ? watermark : undefined),
  findFont: () => fontDigest(font),
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
const photo = fileURLToPath(new URL('../assets/example.jpg', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'options-'))
const animation = join(scratch, 'animation.webp')
const folder = new URL('../docs/images/', import.meta.url)

await drawAnimation()
configureSharp(settings.refusedFormats)
mkdirSync(folder, { recursive: true })
for (const { file, address, isAnimation } of Object.values(optionExamples)) {
  const [end, query] = address.split('?')
  const request = parseImageUrl(`/example${end}`, new URLSearchParams(query))
  const variant = toVariant(request, policy, [])
  const { bytes } = await perform(
    { kind: 'render', path: isAnimation ? animation : photo, variant, bounds, overlay, font },
    settings,
    async () => {},
  )
  writeFileSync(new URL(file, folder), bytes)
}
rmSync(scratch, { recursive: true })

/** Draws an animation of three parts of the photo, side by side. */
async function drawAnimation() {
  const { width, height } = await sharp(photo).metadata()
  const part = { top: 0, width: Math.floor(width / 2), height }
  const parts = [0, 0.25, 0.5].map((left) =>
    sharp(photo)
      .extract({ ...part, left: Math.floor(left * width) })
      .resize(400)
      .png()
      .toBuffer(),
  )
  await sharp(await Promise.all(parts), { join: { animated: true } })
    .webp({ quality: 95, delay: [800, 800, 800] })
    .toFile(animation)
}
