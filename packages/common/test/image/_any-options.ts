import {
  type Fit,
  type Gravity,
  type ImageOptions,
  type ParamKey,
  type Point,
  type Rect,
  center,
  defaultOptions,
  degrees,
  fits,
  flips,
  gravityNames,
  metadataKinds,
  paramOf,
  parseGravity,
  parseOption,
  pointOf,
  profiles,
  qualityNames,
} from '@iaas/common/image'
import fc from 'fast-check'

/** Numbers of at most three places. */
export function decimals(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.round(min * 1000), max: max * 1000 }).map((value) => value / 1000)
}

/** The default is always the same object, as the grammar reads it. */
export const anyPoint: fc.Arbitrary<Point> = fc.oneof(
  fc.constant(center),
  fc
    .record({ x: decimals(0, 1), y: decimals(0, 1) }, { noNullPrototype: true })
    .filter(({ x, y }) => x !== center.x || y !== center.y),
  fc.constantFrom(...gravityNames).map((name) => pointOf(parseGravity(name) ?? center)),
)

const anyGravity: fc.Arbitrary<Gravity> = fc.oneof(
  anyPoint,
  fc.constantFrom('smart' as const, 'focal' as const),
)

/** Rectangles as the grammar reads them. */
export const anyRect: fc.Arbitrary<Rect> = fc.oneof(
  fc
    .tuple(
      fc.nat(9000),
      fc.nat(9000),
      fc.integer({ min: 1, max: 9000 }),
      fc.integer({ min: 1, max: 9000 }),
    )
    .map(([left, top, width, height]) => ({ unit: 'px' as const, left, top, width, height })),
  fc
    .tuple(decimals(0, 0.999), decimals(0, 0.999), decimals(0.001, 1), decimals(0.001, 1))
    .map(([left, top, width, height]) => ({ unit: 'fraction' as const, left, top, width, height })),
)

/** Values of an option as the grammar reads them, so that the default is always the same object. */
function read<Key extends ParamKey>(
  key: Key,
  ...texts: readonly fc.Arbitrary<number | string>[]
): fc.Arbitrary<ImageOptions[Key]> {
  const values = fc.oneof(...texts).map((text) => parseOption(key, String(text)))
  return fc.oneof(fc.constant(defaultOptions[key]), values as fc.Arbitrary<ImageOptions[Key]>)
}

const anyShare = decimals(0, 4)
const anyHex = fc
  .integer({ min: 0, max: 0xff_ff_ff })
  .map((value) => value.toString(16).padStart(6, '0'))

export function optionsOf(fit: fc.Arbitrary<Fit>): fc.Arbitrary<ImageOptions> {
  const options = {
    fit,
    gravity: anyGravity,
    frame: fc.oneof(fc.constant(0), fc.nat(4999)),
    rect: fc.option(anyRect, { nil: undefined }),
    trim: read('trim', fc.constantFrom('true', 'false'), decimals(0, 255)),
    rotate: fc.constantFrom(...degrees),
    flip: fc.constantFrom(...flips),
    enlarge: fc.boolean(),
    padding: read(
      'padding',
      fc.nat(50),
      fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)).map((sides) => sides.join(',')),
    ),
    brightness: anyShare,
    contrast: anyShare,
    saturation: anyShare,
    hue: fc.nat(359),
    grayscale: fc.boolean(),
    negate: fc.boolean(),
    blur: read('blur', fc.constantFrom('true', 'false'), decimals(0.3, 100)),
    sharpen: read('sharpen', fc.constantFrom('true', 'false'), decimals(0.3, 10)),
    pixelate: read('pixelate', fc.integer({ min: 2, max: 200 })),
    background: read(
      'background',
      fc.constantFrom('blur', 'auto', 'transparent', 'ffffff', 'FFFFFFFF', '11223300'),
      anyHex,
      fc
        .tuple(anyHex, fc.nat(255))
        .map(([rgb, alpha]) => rgb + alpha.toString(16).padStart(2, '0')),
    ),
    radius: read('radius', fc.constant('max'), fc.nat(100)),
    // Depends on what is configured: see `watermark.test.ts`.
    watermark: fc.constant(undefined),
    text: read('text', fc.constantFrom('A & B', '<b>', '100 %', 'Grüße', 'a=b&c=d', 'שלום', '😀')),
    textSize: read('textSize', fc.integer({ min: 4, max: 1000 })),
    // Depends on what is configured: see `text-font.test.ts`.
    textFont: fc.constant(undefined),
    textColor: read('textColor', fc.constantFrom('FFFFFFFF', '00000080'), anyHex),
    textGravity: anyPoint,
    textBackground: read('textBackground', fc.constantFrom('00000080'), anyHex),
    quality: fc.oneof(fc.constantFrom('auto', ...qualityNames), fc.integer({ min: 0, max: 100 })),
    profile: fc.constantFrom(...profiles),
    metadata: fc.constantFrom(...metadataKinds),
    maxBytes: read('maxBytes', fc.integer({ min: 1000, max: 10_000_000 })),
    // Only some formats take `true`: see `requestsOf`.
    animated: fc.constantFrom(false, 'auto' as const),
    allowWebp: fc.boolean(),
    proxy: fc.boolean(),
    download: read('download', fc.constantFrom('true', 'a.jpg', 'Übersicht 1 & 2', 'x=1?')),
  }
  return fc.record(options, { noNullPrototype: true })
}

export const anyOptions = optionsOf(fc.constantFrom(...fits))

/** Leaves out what a scale multiplies, which may be refused then. */
export function withoutLengths(options: ImageOptions): ImageOptions {
  const lengths = Object.entries(defaultOptions).filter(([key]) => paramOf(key as ParamKey).scale)
  const { blur } = options
  return { ...options, ...Object.fromEntries(lengths), blur: typeof blur === 'boolean' && blur }
}
