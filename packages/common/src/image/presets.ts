import { AppError } from '../errors.ts'
import { type Query, formatOptions, invalidOption } from './options.ts'
import { type ImageOptions, defaultOptions } from './params.ts'

/** Box of a preset, px, before its scale. */
export type PresetBox = { readonly width: number; readonly height: number; readonly scale: number }

/** A named end of an address: options, and a box unless the address has one. */
export type Preset = {
  readonly box: PresetBox | undefined
  readonly options: Partial<ImageOptions>
}

/** Presets that the operator has configured. */
export type Presets = {
  readonly byName: ReadonlyMap<string, Preset>
  /** Refuses every sized address except those of presets. */
  readonly only: boolean
}

export const noPresets: Presets = { byName: new Map(), only: false }

/** Presets that a request names, and the options that they stand for, which replace the defaults. */
export type PresetUse = {
  readonly names: readonly string[]
  readonly defaults: ImageOptions
}

export const presetName = /^[a-z0-9-]{1,32}$/

/** Name of the option. Without presets in the configuration it is an unknown option, which is ignored. */
export const presetOption = 'preset'

/**
 * Returns the names in the option `preset`.
 *
 * @throws AppError INVALID_OPTION for a repeated option
 */
export function readPresetNames(query: Query, { byName }: Presets): readonly string[] {
  if (byName.size === 0) return []
  const values: string[] = []
  for (const [name, value] of query) if (name === presetOption) values.push(value)
  const [value, ...others] = values
  if (others.length > 0) throw invalidOption(`"${presetOption}" is given more than once.`)
  return value === undefined ? [] : value.split(',')
}

/**
 * Combines presets; later ones win.
 *
 * @returns undefined without names
 * @throws AppError INVALID_OPTION for a name without a preset
 */
export function usePresets(names: readonly string[], { byName }: Presets): PresetUse | undefined {
  if (names.length === 0) return undefined
  const used = names.map((name) => byName.get(name) ?? unknownPreset(name))
  const defaults = Object.assign({}, defaultOptions, ...used.map(({ options }) => options))
  return { names, defaults: defaults as ImageOptions }
}

/**
 * Returns the box of a preset.
 *
 * @throws AppError INVALID_IMAGE_URL if there is no such preset, or if it has no box
 */
export function findPresetBox(name: string, { byName }: Presets): PresetBox {
  const preset = presetName.test(name) ? byName.get(name) : undefined
  if (preset === undefined) throw invalidUrl(`There is no preset "${name.slice(0, 40)}".`)
  if (preset.box !== undefined) return preset.box
  throw invalidUrl(
    `The preset "${name}" has no size; ask for /{id}_{width}_{height}.{format}?preset=${name}.`,
  )
}

/** Inverse of `readPresetNames` and `parseOptions`: the presets, and the options that differ from theirs. */
export function formatPresetOptions(
  options: ImageOptions,
  use: PresetUse | undefined,
): readonly (readonly [string, string])[] {
  if (use === undefined) return formatOptions(options)
  return [[presetOption, use.names.join(',')], ...formatOptions(options, use.defaults)]
}

/** Creates the 403 of a sized address that is not the bare form of a preset. */
export function presetRequired(): AppError {
  return new AppError(
    'PRESET_REQUIRED',
    'Sized images are served at /_preset/{name}/{id}.{format} only, without options that change them.',
  )
}

function unknownPreset(name: string): never {
  throw invalidOption(
    `"${presetOption}" must be names of presets, separated by commas; there is no preset "${name.slice(0, 40)}".`,
  )
}

function invalidUrl(message: string): AppError {
  return new AppError('INVALID_IMAGE_URL', message)
}
