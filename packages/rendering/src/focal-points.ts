import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { Renderer } from '@iaas/common/ports/renderer'

/** Adds the focal point of the original to each task whose variant is cropped around it. */
export function addFocalPoints(
  renderer: Pick<Renderer, 'render'>,
  points: Pick<FocalStore, 'find'>,
): Renderer['render'] {
  return async function renderAround(task, signal) {
    if (task.variant.gravity !== 'focal') return renderer.render(task, signal)
    return renderer.render({ ...task, focal: await points.find(task.original) }, signal)
  }
}
