import { candidates } from '../encoders/candidates.mjs'
import { bytesAt, measureCurve } from '../encoders/curve.mjs'
import { encode, measureCpuMs } from '../encoders/encode-once.mjs'
import { providePictures } from '../encoders/pictures.mjs'
import { median } from '../measure/statistics.mjs'
import { say } from '../report/say.mjs'

/** Where the candidates are compared: at the similarity that the first of them reaches at this quality. */
const comparedQuality = 80
const cpuTimes = 7

/** Bytes against processor time of each encoder's settings, at equal similarity to the original. */
export const encoders = {
  name: 'encoders',
  title: 'Encoders: bytes against processor time, at the similarity (SSIM) of quality 80',
  isQuick: false,
  async run({ photos }) {
    const pictures = await providePictures(photos)
    const frontier = {}
    for (const [format, settings] of Object.entries(candidates)) {
      frontier[format] = await measureFormat(format, settings, pictures)
    }
    return { frontier }
  },
}

async function measureFormat(format, settings, pictures) {
  const measured = []
  for (const pixels of pictures) measured.push(await measurePicture(format, settings, pixels))
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

/** Each setting's time and bytes for one picture; a format without loss is always equally similar. */
async function measurePicture(format, settings, pixels) {
  const results = []
  let target
  for (const { options } of settings) {
    const cpuMs = await measureCpuMs(
      () =>
        encode(pixels, format, {
          ...options,
          ...(format === 'png' ? {} : { quality: comparedQuality }),
        }),
      cpuTimes,
    )
    if (format === 'png') {
      results.push({ cpuMs, bytes: (await encode(pixels, format, options)).length })
      continue
    }
    const curve = await measureCurve(pixels, format, options)
    target ??= curve.find(({ quality }) => quality === comparedQuality).similarity
    results.push({ cpuMs, bytes: bytesAt(curve, target) ?? Number.NaN })
  }
  return results
}
