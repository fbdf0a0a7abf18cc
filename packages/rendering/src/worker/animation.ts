import { isAppError } from '@iaas/common/errors'
import type { RenderNote } from '@iaas/common/ports/renderer'
import type { AnimationPlan } from '../pipeline/plan-animation.ts'
import { type RenderFileOptions, renderAnimation } from '../pipeline/render.ts'

/** Returns undefined if a later frame cannot be decoded: only the first one was checked when the original was uploaded. */
export async function tryAnimation(options: RenderFileOptions): Promise<Uint8Array | undefined> {
  const { animation } = options.source
  if (animation === undefined) return undefined
  try {
    return await renderAnimation({ ...options, animation })
  } catch (error) {
    if (isAppError(error)) throw error
    return undefined
  }
}

/** Returns why only the first frame is rendered; undefined if nothing else was asked for. */
export function noteOfStill(planned: AnimationPlan['kind']): RenderNote | undefined {
  if (planned === 'still') return undefined
  return planned === 'too-long' ? 'animation-too-long' : 'animation-damaged'
}
