import { AppError } from '../errors.ts'
import { type Query, parseOptions, scaleOptions } from './options.ts'
import { type ImageOptions, paramKeys, paramOf } from './params.ts'
import { type Preset, type PresetBox, presetOption } from './presets.ts'
import { parseImageUrl } from './url.ts'

/**
 * Parses the definition of a preset.
 *
 * @param box `400x300`, `400x300_2x`, or empty
 * @throws AppError INVALID_IMAGE_URL or INVALID_OPTION, naming the part at fault
 */
export function parsePreset(box: string, query: Query): Preset {
  const options = parseKnownOptions(query)
  const parsed = box === '' ? undefined : parseBox(box)
  scaleOptions(parseOptions(query), parsed?.scale ?? 1)
  return { box: parsed, options }
}

const boxPattern = /^(\d+)x(\d+)((?:_\d+x)?)$/

function parseBox(text: string): PresetBox {
  const [, width, height, scale] = boxPattern.exec(text) ?? []
  if (width === undefined) {
    throw new AppError(
      'INVALID_IMAGE_URL',
      `A preset must begin with a size such as 400x300 or 400x300_2x, or with "?"; received "${text.slice(0, 40)}".`,
    )
  }
  // An address has the same rules.
  const request = parseImageUrl(`/id_${width}_${height}${scale}.jpg`, [])
  if (request.kind !== 'sized') throw new Error('A box was taken for an original.')
  return { width: request.width, height: request.height, scale: request.scale }
}

/** Unlike an address, a preset must not have unknown options: they are mistakes. */
function parseKnownOptions(query: Query): Partial<ImageOptions> {
  const options = parseOptions(query)
  const known = new Map(paramKeys.map((key) => [paramOf(key).name, key] as const))
  const entries = [...query].map(([name]) => {
    const key = known.get(name)
    if (key === undefined) throw unknownOption(name)
    return [key, options[key]] as const
  })
  return Object.fromEntries(entries)
}

function unknownOption(name: string): AppError {
  const reason =
    name === presetOption
      ? 'A preset must not contain a preset'
      : `There is no option "${name.slice(0, 40)}"`
  return new AppError('INVALID_OPTION', `${reason}.`)
}
