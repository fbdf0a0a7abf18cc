import type { Point } from '@iaas/common/image'
import { originalKey } from '@iaas/common/original-ref'
import type { RenderTask, Renderer } from '@iaas/common/ports/renderer'
import { LRUCache } from 'lru-cache'

/** Each takes some 300 bytes. */
const mostPoints = 20_000

/**
 * Keeps the striking points that renders have found, and passes them to later renders of the same part. The point follows
 * from the pixels of an original's version, so every process finds the same one.
 */
export function keepStrikingPoints(renderer: Pick<Renderer, 'render'>): Renderer['render'] {
  const points = new LRUCache<string, Point>({ max: mostPoints })

  return async function renderAround(task, signal) {
    if (task.variant.gravity !== 'smart') return renderer.render(task, signal)
    const key = keyOf(task)
    const outcome = await renderer.render({ ...task, striking: points.get(key) }, signal)
    if (outcome.kind === 'rendered' && outcome.striking !== undefined) {
      points.set(key, outcome.striking)
    }
    return outcome
  }
}

/** Names the part of an image that is searched: its frame, and what is cut and turned before it is scaled. */
function keyOf({ original, variant: { rect, trim, rotate, flip, frame } }: RenderTask): string {
  return JSON.stringify([originalKey(original), rect, trim, rotate, flip, frame])
}
