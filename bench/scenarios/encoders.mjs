import { candidates, comparedQuality } from '../encoders/candidates.mjs'
import { bytesAt, measureCurve } from '../encoders/curve.mjs'
import { encode, measureCpuMs } from '../encoders/encode-once.mjs'
import { provideImages } from '../encoders/images.mjs'
import { median } from '../measure/statistics.mjs'
import { say } from '../report/say.mjs'

const cpuTimes = 7

/** Bytes against processor time of each encoder's settings, at equal similarity to the original. */
export const encoders = {
  name: 'encoders',
  title: 'Encoders: bytes against processor time, at the similarity (SSIM) of quality 80',
  isQuick: false,
  async run({ photos, formats }) {
    const images = await provideImages(photos)
    const frontier = {}
    for (const [format, settings] of Object.entries(candidates)) {
      if (formats.length > 0 && !formats.includes(format)) continue
      frontier[format] = await measureFormat(format, settings, images)
    }
    return { frontier }
  },
}

async function measureFormat(format, settings, images) {
  const measured = []
  for (const pixels of images) measured.push(await measureImage(format, settings, pixels))
  const points = settings.map(({ name }, at) => ({
    name,
    cpuMs: median(measured.map((each) => each[at].cpuMs)),
    bytesRatio: median(measured.map((each) => each[at].bytes / each[0].bytes)),
  }))
  for (const { name, cpuMs, bytesRatio } of points) {
    say(`  ${format} ${name}: ${cpuMs.toFixed(1)} ms, ${(bytesRatio * 100).toFixed(1)} %`)
  }
  return points
}

/**
 * Measures each setting's time and bytes for one image, at the similarity that the first setting reaches at the
 * compared quality. A lossless format is always equally similar.
 */
async function measureImage(format, settings, pixels) {
  const results = []
  const quality = comparedQuality[format]
  let target
  for (const { options } of settings) {
    const compared = quality === undefined ? options : { ...options, quality }
    const cpuMs = await measureCpuMs(() => encode(pixels, format, compared), cpuTimes)
    if (quality === undefined) {
      results.push({ cpuMs, bytes: (await encode(pixels, format, options)).length })
      continue
    }
    const curve = await measureCurve(pixels, format, options, quality)
    target ??= curve.find((point) => point.quality === quality).similarity
    results.push({ cpuMs, bytes: bytesAt(curve, target) ?? Number.NaN })
  }
  return results
}
