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
  const facts = parseFactsName(decoded, query)
  if (facts !== undefined) return facts
  const original = findOriginalName(decoded)
  if (original !== undefined) return toOriginal(original, query)
  const { name, format } = splitFormat(decoded)
  const sizeParts = countSizeParts(name)
  if (sizeParts === 0) return toOriginal(name, query)
  const { id, ...box } = splitSize(name, sizeParts)
  const sized = { kind: 'sized' as const, id: parseImageId(id), ...box, format }
  if (presets.only) throw presetRequired()
  return { ...sized, ...readOptions(query, readPresetNames(query, presets), presets) }
}

/** Begin of the short form of a preset that has a box: `/_preset/{name}[_{scale}x]/{id}.{format}`. */
const presetPath = '/_preset/'

function parsePresetUrl(path: string, query: Query, presets: Presets): SizedRequest {
  assertShort(path)
  const [, , given = '', ...rest] = path.split('/')
  const [presetText = '', ...scaleParts] = given.split('_')
  const { name, format } = splitFormat(decodePath(`/${rest.join('/')}`))
  const id = parseImageId(name)
  const box = findPresetBox(presetText, presets)
  const scale = scaleParts.length === 0 ? box.scale : parseScale(scaleParts.join('_'))
  const named = readPresetNames(query, presets)
  if (presets.only && (named.length > 0 || namesVariantOption(query))) throw presetRequired()
  const sized = { kind: 'sized' as const, id, ...box, scale, format }
  return { ...sized, ...readOptions(query, [presetText, ...named], presets) }
}

function readOptions(query: Query, names: readonly string[], presets: Presets) {
  const use = usePresets(names, presets)
  const options = parseOptions(query, use?.defaults)
  return use === undefined ? { options } : { options, presets: use }
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

/** Returns the name before the extension of a format that only originals have; undefined if there is a size. */
function findOriginalName(path: string): string | undefined {
  const dot = path.lastIndexOf('.')
  const [name, extension] = [path.slice(0, dot), path.slice(dot + 1)]
  if (dot === -1 || findFormat(extension) !== undefined || !isOriginalExtension(extension)) return
  return countSizeParts(name) === 0 ? name : undefined
}

function splitFormat(path: string): { readonly name: string; readonly format: RequestFormat } {
  const dot = path.lastIndexOf('.')
  const format = dot === -1 ? undefined : findFormat(path.slice(dot + 1))
  if (format === undefined) {
    throw invalidUrl(`The path must end in ${listOf(variantExtensions)}.`)
  }
  return { name: path.slice(0, dot), format }
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
