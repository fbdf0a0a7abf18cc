import {
  type RequestFormat,
  type ImageId,
  type Size,
  type ImageOptions,
  type SizedRequest,
  autoFormat,
  parseImageId,
  reservedIds,
  variantFormats,
} from '@iaas/common/image'
import fc from 'fast-check'
import { anyOptions, optionsOf, withoutLengths } from './_any-options.ts'

const reserved: ReadonlySet<string> = new Set(reservedIds)

/** Characters where the grammar has seams, as often as all the others together. */
const idCharacter = fc.oneof(
  fc.constantFrom('_', '.', ' ', 'x', 'X', '-', '+', '%', '?', '#', '&', '=', '"', "'", '<', '0'),
  fc.constantFrom(
    '1',
    '9',
    '٧',
    'é',
    'e\u0301',
    'ё',
    '字',
    '😀',
    '\u0958',
    'ß',
    '\u200b',
    ';',
    ':',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
)

/** Ids of every kind that the grammar allows, some of its margin left out: see `mayEndLikeSize`. */
export const anyId: fc.Arbitrary<ImageId> = fc
  .array(idCharacter, { minLength: 1, maxLength: 60 })
  .map((characters) => characters.join('').normalize('NFC'))
  .filter((id) => isAllowed(id))
  .map((id) => parseImageId(id))

function isAllowed(id: string): boolean {
  const length = Array.from(id).length
  if (length < 1 || length > 255 || encodeURIComponent(id).length > 1900) return false
  if (/[\p{Cc}/\\]|^[._]|\.\./u.test(id) || reserved.has(id.toLowerCase())) return false
  return !mayEndLikeSize(id)
}

/** More than what ends like a size: any two or three last parts made of what numbers are made of. */
function mayEndLikeSize(id: string): boolean {
  return /_[\p{Nd}\s.+\-a-fx]*_[\p{Nd}\s.+\-a-fx]*$/iu.test(id)
}

const anyFormat: fc.Arbitrary<RequestFormat> = fc.constantFrom(...variantFormats, autoFormat)

/** Sides in px: mostly usual ones, now and then the least and the largest that a URL can hold. */
const anySide = fc.oneof(
  fc.integer({ min: 1, max: 5000 }),
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 999_999_999 }),
)

function requestsOf(options: fc.Arbitrary<ImageOptions>): fc.Arbitrary<SizedRequest> {
  const request = {
    kind: fc.constant('sized' as const),
    id: anyId,
    width: anySide,
    height: anySide,
    scale: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 99 })),
    format: anyFormat,
    options,
  }
  return fc
    .tuple(fc.record(request, { noNullPrototype: true }), fc.boolean())
    .map(([made, isAnimated]) => (isAnimated ? animate(made) : made))
}

/** Only these formats keep an animation on request. */
function animate(request: SizedRequest): SizedRequest {
  const { format, options } = request
  if (format !== 'gif' && format !== 'webp') return request
  return { ...request, options: { ...options, animated: true, maxBytes: undefined, frame: 0 } }
}

export const anyRequest = requestsOf(anyOptions.map(withoutLengths))
export const anyCover = requestsOf(optionsOf(fc.constant('cover')).map(withoutLengths))

/** Sizes of images, thin ones as often as usual ones: no side of a kept original is longer than 65,500 px. */
export const anySource: fc.Arbitrary<Size> = fc.oneof(
  size(fc.integer({ min: 1, max: 8000 })),
  size(fc.integer({ min: 1, max: 65_500 })),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 5000, max: 65_500 }), fc.boolean())
    .map(([short, long, isHigh]) =>
      isHigh ? { width: short, height: long } : { width: long, height: short },
    ),
)

export const anyBox: fc.Arbitrary<Size> = size(
  fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 12 })),
)

export const anyBounds: fc.Arbitrary<Size> = size(fc.integer({ min: 1, max: 20_000 }))

function size(side: fc.Arbitrary<number>): fc.Arbitrary<Size> {
  return fc.record({ width: side, height: side }, { noNullPrototype: true })
}
