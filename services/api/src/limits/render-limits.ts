import { digestOf } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import { type SharedCounts, createRateLimit } from './rate-limit.ts'

export type RenderLimits = {
  /** Counts a render before it starts. @throws AppError TOO_MANY_RENDERS */
  take(client: string, id: ImageId): Promise<void>
}

export type RenderLimitsOptions = {
  /** Renders per minute; 0: unlimited. */
  readonly perClient: number
  readonly perOriginal: number
  readonly shared: SharedCounts | undefined
}

export function createRenderLimits(options: RenderLimitsOptions): RenderLimits {
  const { perClient, perOriginal, shared } = options
  const code = 'TOO_MANY_RENDERS'
  const client = createRateLimit({
    what: 'renders-client',
    name: 'client',
    quota: perClient,
    shared,
    code,
    message: `A client may cause ${perClient} new renditions in a minute; what is stored is always served.`,
  })
  const original = createRateLimit({
    what: 'renders-original',
    name: 'original',
    quota: perOriginal,
    shared,
    code,
    message: `There are at most ${perOriginal} new renditions of an image in a minute; what is stored is always served.`,
  })
  return {
    async take(name, id) {
      await client.take(name)
      await original.take(digestOf(id))
    },
  }
}
