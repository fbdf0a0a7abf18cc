import { encode } from './encode-once.mjs'
import { similarityTo } from './similarity.mjs'

/** Distances from the compared quality. */
const distances = [-20, -12, -4, 0, 4, 10, 15]

/** Measures bytes and similarity of an image at qualities around the given one. */
export async function measureCurve(pixels, format, options, around) {
  const points = []
  for (const distance of distances) {
    const quality = around + distance
    const bytes = await encode(pixels, format, { ...options, quality })
    points.push({ quality, bytes: bytes.length, similarity: await similarityTo(pixels, bytes) })
  }
  return points.sort((a, b) => a.similarity - b.similarity)
}

/** How large a file of some similarity is, between the points of a curve; undefined outside of it. */
export function bytesAt(curve, similarity) {
  for (let at = 1; at < curve.length; at += 1) {
    const [below, above] = [curve[at - 1], curve[at]]
    if (similarity < below.similarity || similarity > above.similarity) continue
    const share = (similarity - below.similarity) / (above.similarity - below.similarity)
    return Math.exp(Math.log(below.bytes) * (1 - share) + Math.log(above.bytes) * share)
  }
  return undefined
}
