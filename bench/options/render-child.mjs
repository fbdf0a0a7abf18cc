// Renders addresses as a child of the product does, and tells the processor time of each.
import { readFileSync } from 'node:fs'
import { parseGravity, parseImageUrl, toVariant } from '@iaas/common/image'
import { renderingSettings } from '@iaas/rendering/config'
import { configureSharp } from '@iaas/rendering/formats/sharp'
import { overlayDigest } from '@iaas/rendering/watermarks/overlays'
import { perform } from '@iaas/rendering/worker/perform'

const bounds = { width: 2000, height: 2000 }
const overlay = readFileSync(new URL('../../assets/watermark.png', import.meta.url))
const watermark = {
  overlay: overlayDigest(overlay),
  gravity: parseGravity('southeast'),
  opacity: 1,
  scale: 0.25,
  margin: 10,
  repeat: false,
}
const policy = { bounds, webpOptIn: false, webpSwitch: false, findWatermark: () => watermark }
const settings = {
  maxInputPixels: 30e6,
  maxOnDiskPixels: 30e6,
  blurSigma: 7,
  encoders: renderingSettings.encoders.parse(undefined),
  refusedFormats: [],
  minCopiedPixels: 1e6,
  decodeCpuMs: 0,
  allowance: 2 ** 31,
}

configureSharp(settings.refusedFormats)
process.on('message', (task) => void render(task))

async function render({ path, address }) {
  const { pathname, searchParams } = new URL(`http://localhost/photo${address}`)
  const variant = toVariant(parseImageUrl(pathname, searchParams), policy, [])
  const before = process.cpuUsage()
  const { kind } = await perform(
    { kind: 'render', path, variant, bounds, overlay },
    settings,
    async () => {},
  )
  const { user, system } = process.cpuUsage(before)
  if (kind !== 'rendered') throw new Error(`${address} is ${kind}.`)
  process.send({ cpuMs: (user + system) / 1000 })
}
