import { fontName } from '@iaas/common/image'
import { z } from 'zod'

const described = z.string().min(1).meta({
  description:
    'The file of a font of this name (`a-z`, `0-9`, `-`, at most 32) for `text_font`: TrueType or OpenType (.ttf, .otf), at most 16 MiB. See docs/operations.md.',
})

/** Files of fonts, by name. */
export type FontSettings = Readonly<Record<string, string>>

/** Fonts of the configuration, by name. */
export const fontsSettings = z
  .preprocess(withoutComments, z.object({}).catchall(described).prefault({}))
  .transform((settings, context): FontSettings => {
    for (const name of Object.keys(settings)) {
      if (fontName.test(name)) continue
      const message = 'the name must consist of 1 to 32 of a-z, 0-9 and "-"'
      context.addIssue({ code: 'custom', path: [name], message })
    }
    return settings
  })

function withoutComments(settings: unknown): unknown {
  if (typeof settings !== 'object' || settings === null) return settings
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !name.startsWith('//')))
}
