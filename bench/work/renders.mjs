import { productEncoders } from '../limits/product-encoders.mjs'
import { quality } from './miss-cases.mjs'

const encoders = productEncoders()
let made = 0

/** Ids that no request has named before. */
export function createIds(count) {
  return Array.from({ length: count }, () => `photo-${(made += 1)}`)
}

export function sizedPath(id, { box, format }) {
  return `/${id}_${box}_${box}.${format}?quality=${quality}`
}

/** Returns the task of the bare loop, with the sizes that the service computes for `fit=clip`. */
export function toTask({ path, width, height }, { box, format }) {
  const scale = box / Math.max(width, height)
  return {
    path,
    width: Math.round(width * scale),
    height: Math.round(height * scale),
    format,
    quality,
    encoders,
  }
}
