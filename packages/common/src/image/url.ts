import { AppError } from '../errors.ts'
import { assertShort, decodePath } from './decode-path.ts'
import { type FactsRequest, parseFactsName } from './facts-url.ts'
import {
  type RequestFormat,
  findFormat,
  isOriginalExtension,
  variantExtensions,
} from './formats.ts'
import { type ImageId, countSizeParts, parseImageId } from './id.ts'
import { type Query, namesVariantOption, parseOptions, parseOriginalOptions } from './options.ts'
import type { ImageOptions } from './params.ts'
import {
  type PresetBox,
  type PresetUse,
  type Presets,
  findPresetBox,
  formatPresetOptions,
  noPresets,
  presetRequired,
  readPresetNames,
  usePresets,
} from './presets.ts'
import type { Download } from './values/download.ts'

/** `/{id}.{format}`: a request for the original itself. */
export type OriginalRequest = {
  readonly kind: 'original'
  readonly id: ImageId
  /** Absent if the original is shown. */
  readonly download?: Exclude<Download, false>
}

/**
 * `/{id}_{width}_{height}[_{scale}x].{format}`: a request for an image inside a box; width and height in px, before the
 * scale. One of them may be 0: it is free.
 */
export type SizedRequest = {
  readonly kind: 'sized'
  readonly id: ImageId
  readonly width: number
  readonly height: number
  readonly scale: number
  readonly format: RequestFormat
  readonly options: ImageOptions
  /** Absent if the request names no preset. `options` contains what the presets stand for. */
  readonly presets?: PresetUse
}

export type ImageRequest = OriginalRequest | SizedRequest | FactsRequest

/** Sizes with more digits are errors. Within this limit every product with a scale is an exact integer. */
const sizePattern = /^(?:0|[1-9]\d{0,8})$/
const scalePattern = /^[1-9]\d?x$/

/**
 * Parses an image URL from the right, in one pass: format, optional scale, box; the rest is the id.
 *
 * @param path the raw path of the request, beginning with "/", percent-encoded
 * @param query the query parameters, decoded
 * @throws AppError INVALID_IMAGE_URL, INVALID_ID or INVALID_OPTION, naming the part at fault; PRESET_REQUIRED
 */
export function parseImageUrl(
  path: string,
  query: Query,
  presets: Presets = noPresets,
): ImageRequest {
  if (path.startsWith(presetPath)) return parsePresetUrl(path, query, presets)
  const decoded = decodePath(path)
  const { name, extension } = splitExtension(decoded)
  const format = findFormat(extension)
  if (format === undefined) {
    return parseFactsName(decoded, query) ?? parseOriginalName(name, extension, query)
  }
  const sizeParts = countSizeParts(name)
  if (sizeParts === 0) return toOriginal(name, query)
  const box = splitSize(name, sizeParts)
  const id = parseImageId(box.id)
  if (presets.only) throw presetRequired()
  const use = usePresets(readPresetNames(query, presets), presets)
  return toSized(id, box, format, parseOptions(query, use?.defaults), use)
}

/** Begin of the short form of a preset that has a box: `/_preset/{name}[_{scale}x]/{id}.{format}`. */
const presetPath = '/_preset/'

function parsePresetUrl(path: string, query: Query, presets: Presets): SizedRequest {
  assertShort(path)
  const [, , given = '', ...rest] = path.split('/')
  const [presetText = '', ...scaleParts] = given.split('_')
  const { name, extension } = splitExtension(decodePath(`/${rest.join('/')}`))
  const format = findFormat(extension) ?? unknownFormat()
  const id = parseImageId(name)
  const box = findPresetBox(presetText, presets)
  const scale = scaleParts.length === 0 ? box.scale : parseScale(scaleParts.join('_'))
  const named = readPresetNames(query, presets)
  if (presets.only && (named.length > 0 || namesVariantOption(query))) throw presetRequired()
  const use = usePresets([presetText, ...named], presets)
  return toSized(id, { ...box, scale }, format, parseOptions(query, use?.defaults), use)
}

/** Names every field: a rest of fields and a second spread cost more than all other steps of the parser. */
function toSized(
  id: ImageId,
  { width, height, scale }: PresetBox,
  format: RequestFormat,
  options: ImageOptions,
  presets: PresetUse | undefined,
): SizedRequest {
  const request = { kind: 'sized' as const, id, width, height, scale, format, options }
  return presets === undefined ? request : { ...request, presets }
}

/** Inverse of `parseImageUrl`: the canonical path and query, beginning with a single "/". */
export function formatImageUrl(request: SizedRequest): string {
  const scale = request.scale === 1 ? '' : `_${request.scale}x`
  const path = `/${encodeURIComponent(request.id)}_${request.width}_${request.height}${scale}.${request.format}`
  const query = formatPresetOptions(request.options, request.presets)
    .map(([name, value]) => `${name}=${encodeValue(value)}`)
    .join('&')
  return query === '' ? path : `${path}?${query}`
}

/** Percent-encodes a value, except for commas, which separate numbers and are allowed in a query. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll('%2C', ',')
}

function toOriginal(name: string, query: Query): OriginalRequest {
  const request = { kind: 'original' as const, id: parseImageId(name) }
  const download = parseOriginalOptions(query)
  return download === undefined ? request : { ...request, download }
}

/** Parses a name whose extension no variant has: an original's without a size, or an error. */
function parseOriginalName(name: string, extension: string, query: Query): OriginalRequest {
  if (!isOriginalExtension(extension) || countSizeParts(name) > 0) return unknownFormat()
  return toOriginal(name, query)
}

/** Returns the name and what follows its last point; an empty extension if there is none. */
function splitExtension(path: string): { readonly name: string; readonly extension: string } {
  const dot = path.lastIndexOf('.')
  if (dot === -1) return { name: path, extension: '' }
  return { name: path.slice(0, dot), extension: path.slice(dot + 1) }
}

function unknownFormat(): never {
  throw invalidUrl(`The path must end in ${listOf(variantExtensions)}.`)
}

/** Formats extensions as "a, b or c", each with its dot. */
function listOf(extensions: readonly string[]): string {
  const dotted = extensions.map((extension) => `.${extension}`)
  return `${dotted.slice(0, -1).join(', ')} or ${dotted.at(-1)}`
}

function splitSize(name: string, sizeParts: 2 | 3): { readonly id: string } & PresetBox {
  const parts = name.split('_')
  const [width = '', height = '', scale = '1x'] = parts.slice(-sizeParts)
  if (!sizePattern.test(width)) throw invalidSize('width', width)
  if (!sizePattern.test(height)) throw invalidSize('height', height)
  if (width === '0' && height === '0') {
    throw invalidUrl('Only one side may be 0; the other one decides the size.')
  }
  return {
    id: parts.slice(0, -sizeParts).join('_'),
    width: Number(width),
    height: Number(height),
    scale: parseScale(scale),
  }
}

function parseScale(scale: string): number {
  if (scalePattern.test(scale)) return Number.parseInt(scale, 10)
  throw invalidUrl(
    `The scale must be an integer from 1 to 99 and "x"; received "${scale.slice(0, 40)}".`,
  )
}

function invalidSize(side: string, received: string): AppError {
  return invalidUrl(
    `The ${side} must be an integer without sign, point or leading zero; received "${received.slice(0, 40)}".`,
  )
}

function invalidUrl(message: string): AppError {
  return new AppError('INVALID_IMAGE_URL', message)
}
