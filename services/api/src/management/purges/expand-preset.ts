import { AppError } from '@iaas/common/errors'
import {
  type Policy,
  type Presets,
  type Variant,
  formats,
  parseImageUrl,
  toVariant,
  variantFormats,
} from '@iaas/common/image'

/** Returns the variants that a preset stands for, one for each format; their id has no meaning. @throws AppError INVALID_REQUEST */
export type ExpandPreset = (name: string) => readonly Variant[]

export function createExpandPreset(presets: Presets, policy: Policy): ExpandPreset {
  return (name) => {
    const box = presets.byName.get(name)?.box
    if (box === undefined) {
      throw new AppError('INVALID_REQUEST', 'The preset must be a configured one that has a size.')
    }
    return variantFormats.map((format) => {
      const extension = formats[format].extensions[0]
      const request = parseImageUrl(`/_preset/${name}/id.${extension}`, [], presets)
      if (request.kind !== 'sized') throw new Error('A preset was taken for an original.')
      return toVariant(request, policy, [])
    })
  }
}
