import { type Presets, isPlaced } from '@iaas/common/image'
import { z } from 'zod'

type Configured = {
  readonly presets: Presets
  readonly watermarks: Readonly<Record<string, unknown>>
  readonly fonts: Readonly<Record<string, unknown>>
}

/** Rejects presets with a watermark or a font that is not configured. */
export const presetsWithLayers = z.superRefine<Configured>(
  ({ presets, watermarks, fonts }, context) => {
    for (const [name, { options }] of presets.byName) {
      const { watermark, textFont } = options
      const path = ['presets', name]
      const isDrawn =
        watermark === undefined ||
        (!isPlaced(watermark) && Object.hasOwn(watermarks, watermark.name))
      if (!isDrawn) {
        const message = 'has a watermark that is not in `watermarks`'
        context.addIssue({ code: 'custom', path, message })
      }
      if (textFont !== undefined && !Object.hasOwn(fonts, textFont)) {
        const message = 'has a font that is not in `fonts`'
        context.addIssue({ code: 'custom', path, message })
      }
    }
  },
  // Runs despite mistakes in other settings, so that all are reported at once.
  { when: ({ issues }) => !issues.some(({ path }) => needed.has(String(path?.[0]))) },
)

const needed: ReadonlySet<string> = new Set(['presets', 'watermarks', 'fonts'])
