import { type Policy, type Size, type Variant, boundsFor } from '@iaas/common/image'
import { createAdmission } from '@iaas/rendering/pool/admission'
import type { PutObject } from './put-object.ts'

export type PutWithinOptions = {
  /** The bytes of renditions that lie in memory at once, by estimate. One rendition may have more. */
  readonly maxBytes: number
  readonly policy: Policy
}

/** No encoder writes more of a pixel, but for a few bytes a row. */
const bytesPerPixel = 4
/** How long a job waits for room, ms; it is tried again then. */
const maxWaitMs = 60_000

/** Admits renditions before they are read or rendered again, until they are stored. */
export function putWithin(putObject: PutObject, { maxBytes, policy }: PutWithinOptions): PutObject {
  const room = createAdmission({
    capacity: maxBytes,
    queueLimit: Infinity,
    queueTimeoutMs: maxWaitMs,
  })
  return async function putWithinRoom(rendition, signal) {
    const { width, height } = mostSize(rendition.variant, policy)
    const leave = await room.enter(Math.min(bytesPerPixel * width * height, maxBytes), signal)
    try {
      return await putObject(rendition, signal)
    } finally {
      leave()
    }
  }
}

/** The largest size of a result. A cover is larger than its box, within the bounds. */
function mostSize({ width, height, fit, format }: Variant, policy: Policy): Size {
  const bounds = boundsFor(format, policy)
  if (fit === 'cover') return bounds
  return { width: Math.min(width, bounds.width), height: Math.min(height, bounds.height) }
}
