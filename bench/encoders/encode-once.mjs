import sharp from 'sharp'
import { quantile } from '../measure/statistics.mjs'

sharp.concurrency(1)
sharp.cache(false)

/** sharp's own names of the formats. */
const encoders = { jpg: 'jpeg', webp: 'webp', avif: 'avif', gif: 'gif', png: 'png' }

/** Writes raw pixels in a format. */
export function encode({ data, info }, format, options) {
  const { width, height, channels } = info
  const image = sharp(data, { raw: { width, height, channels } })
  return image[encoders[format]](options).toBuffer()
}

/** The processor time that it takes, ms: the median of some times, all threads of this process counted. */
export async function measureCpuMs(work, times) {
  const spent = []
  for (let time = 0; time < times; time += 1) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    spent.push((user + system) / 1000)
  }
  return quantile(spent, 0.5)
}
