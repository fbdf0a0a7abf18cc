import {
  type Policy,
  type Size,
  type Variant,
  boundsFor,
  dependsOnSource,
  keepsAnimation,
  roomWithin,
} from '@iaas/common/image'
import { createAdmission } from '@iaas/rendering/pool/admission'
import type { PutObject } from './put-object.ts'

export type PutWithinOptions = {
  /** Estimated bytes of all renditions in memory. A single rendition may exceed it. */
  readonly maxBytes: number
  readonly policy: Policy
}

/** Most bytes that an encoder writes per pixel, apart from a few bytes per row. */
const bytesPerPixel = 4
/** Milliseconds that a job waits for room; then it is retried. */
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

/** Returns the largest possible size of a result. A cover or a free side may reach the bounds. */
function mostSize(variant: Variant, policy: Policy): Size {
  const { width, height, format } = variant
  const bounds = boundsFor(format, policy)
  if (dependsOnSource(variant) || keepsAnimation(variant)) return bounds
  const room = roomWithin(bounds, variant)
  return {
    width: bounds.width - room.width + Math.min(width, room.width),
    height: bounds.height - room.height + Math.min(height, room.height),
  }
}
