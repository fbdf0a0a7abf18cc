import { type Presets, isPlaced } from '@iaas/common/image'
import { z } from 'zod'

type Configured = {
  readonly presets: Presets
  readonly watermarks: Readonly<Record<string, unknown>>
}

/** Rejects presets with a watermark that is not configured. */
export const presetsWithWatermarks = z.superRefine<Configured>(
  ({ presets, watermarks }, context) => {
    for (const [name, { options }] of presets.byName) {
      const { watermark } = options
      if (watermark === undefined) continue
      if (!isPlaced(watermark) && Object.hasOwn(watermarks, watermark.name)) continue
      const message = 'has a watermark that is not in `watermarks`'
      context.addIssue({ code: 'custom', path: ['presets', name], message })
    }
  },
  // Runs despite mistakes in other settings, so that all are reported at once.
  { when: ({ issues }) => !issues.some(({ path }) => needed.has(String(path?.[0]))) },
)

const needed: ReadonlySet<string> = new Set(['presets', 'watermarks'])
