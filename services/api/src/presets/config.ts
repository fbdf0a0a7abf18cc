import { toggle } from '@iaas/common/config/setting'
import { isAppError } from '@iaas/common/errors'
import { type Preset, type Presets, parsePreset, presetName } from '@iaas/common/image'
import { z } from 'zod'

const preset = z.string({ error: 'must be a text such as 400x300?fit=crop' }).meta({
  description:
    'A preset of this name (`a-z`, `0-9`, `-`, at most 32), written as the end of an address without the format: `400x300?fit=crop`, `64x64_2x`, `?blur=true`. See docs/url-grammar.md.',
})

export const presetsSettings = z
  .object({
    only: toggle(
      false,
      'Refuses every sized address (403) except `/_preset/{name}/{id}.{format}`. Originals are not concerned.',
      'PRESETS_ONLY',
    ),
  })
  .catchall(preset)
  .prefault({})
  .transform(({ only, ...texts }, context): Presets => {
    const byName = new Map<string, Preset>()
    for (const [name, text] of Object.entries(texts)) {
      if (name.startsWith('//')) continue
      const parsed = parse(name, text)
      if (typeof parsed !== 'string') byName.set(name, parsed)
      else context.addIssue({ code: 'custom', path: [name], message: parsed })
    }
    return { byName, only }
  })

/** Returns a message if the preset is not correct. */
function parse(name: string, text: string): Preset | string {
  if (!presetName.test(name)) return 'the name must consist of 1 to 32 of a-z, 0-9 and "-"'
  if (text === '') return 'is empty'
  const mark = text.indexOf('?')
  const box = mark === -1 ? text : text.slice(0, mark)
  const query = mark === -1 ? [] : new URLSearchParams(text.slice(mark + 1))
  try {
    return parsePreset(box, query)
  } catch (error) {
    if (isAppError(error)) return error.message
    throw error
  }
}
