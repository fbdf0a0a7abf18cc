import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { makePng, makePngChunk } from './make-png.ts'

type Vector = readonly [number, number, number]

/** XYZ of the primaries, adapted to D50: Adobe RGB (1998), 4.3.5.2, and Display P3. */
export const adobeRgb = [
  [0.609_74, 0.311_11, 0.019_47],
  [0.205_28, 0.625_67, 0.060_87],
  [0.149_19, 0.063_22, 0.744_57],
] as const satisfies readonly Vector[]
export const displayP3 = [
  [0.515_12, 0.2412, -0.001_05],
  [0.291_98, 0.692_25, 0.041_89],
  [0.1571, 0.066_57, 0.784_07],
] as const satisfies readonly Vector[]

const gamma = 2.2
const d50: Vector = [0.9642, 1, 0.8249]

/** Creates a profile of version 2 with primaries, or for grey, and a gamma of 2.2: ICC.1:2001, 6.3. */
export function makeProfile(primaries: readonly Vector[] | 'grey', paddingBytes = 0): Buffer {
  const curve = Buffer.alloc(16)
  curve.write('curv', 'latin1')
  curve.writeUInt32BE(1, 8)
  curve.writeUInt16BE(Math.round(gamma * 256), 12)
  const colours =
    primaries === 'grey'
      ? ([['kTRC', curve]] as const)
      : (['r', 'g', 'b'] as const).flatMap((name, index) => [
          [`${name}XYZ`, makeXyz(primaries[index] ?? d50)] as const,
          [`${name}TRC`, curve] as const,
        ])
  const tags = [['wtpt', makeXyz(d50)] as const, ...colours]
  const table = Buffer.alloc(4 + 12 * tags.length)
  table.writeUInt32BE(tags.length)
  let at = 128 + table.length
  for (const [index, [name, content]] of tags.entries()) {
    table.write(name, 4 + 12 * index, 'latin1')
    table.writeUInt32BE(at, 8 + 12 * index)
    table.writeUInt32BE(content.length, 12 + 12 * index)
    at += content.length
  }
  const header = Buffer.alloc(128)
  header.writeUInt32BE(at + paddingBytes, 0)
  header.writeUInt32BE(0x02_10_00_00, 8)
  header.write(primaries === 'grey' ? 'mntrGRAYXYZ ' : 'mntrRGB XYZ ', 12, 'latin1')
  header.write('acsp', 36, 'latin1')
  makeXyz(d50).copy(header, 68, 8)
  const contents = tags.map(([, content]) => content)
  return Buffer.concat([header, table, ...contents, Buffer.alloc(paddingBytes)])
}

function makeXyz(xyz: Vector): Buffer {
  const tag = Buffer.alloc(20)
  tag.write('XYZ ', 'latin1')
  for (const [index, value] of xyz.entries()) {
    tag.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index)
  }
  return tag
}

/** Side of the squares of a wide image, px. */
export const wideSide = 16
/** Colours of the squares, most of them outside of sRGB if the profile is a wide one. */
export const wideColours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [240, 120, 10],
  [20, 200, 180],
  [128, 128, 128],
  [255, 255, 255],
  [90, 30, 200],
] as const satisfies readonly Vector[]

export type WideOptions = {
  readonly profile: Buffer
  readonly format?: 'png' | 'jpeg' | 'webp' | 'tiff' | 'avif'
  readonly colours?: 'grey' | 'rgb' | 'rgb+alpha'
  readonly bits?: 8 | 16
}

/** Creates an image of squares in a row, whose numbers are `wideColours` and mean what its profile says. */
export async function makeWide(options: WideOptions): Promise<Buffer> {
  const { profile, format = 'png', colours = 'rgb', bits = 8 } = options
  const content = Buffer.concat([Buffer.from('test\0\0', 'latin1'), deflateSync(profile)])
  const png = makePng({
    colours,
    bits,
    patches: wideColours.map(([red, green, blue]) => [red, green, blue, 255]),
    patch: wideSide,
    chunks: [makePngChunk('iCCP', content)],
  })
  if (format === 'png') return png
  const kept = sharp(png).keepIccProfile()
  const image = colours === 'grey' ? kept.toColourspace('b-w') : kept
  const lossy = { quality: 100, chromaSubsampling: '4:4:4' }
  return image.toFormat(format, format === 'tiff' ? {} : lossy).toBuffer()
}

/** Converts numbers of a profile of `makeProfile` to Display P3, by the definition of both. */
export function toDisplayP3(numbers: Vector, primaries: readonly Vector[]): readonly number[] {
  const light = numbers.map((number) => (number / 255) ** (Math.round(gamma * 256) / 256))
  const xyz = [0, 1, 2].map((axis) =>
    light.reduce((sum, value, channel) => sum + value * (primaries[channel]?.[axis] ?? 0), 0),
  )
  return solve(displayP3, xyz).map((value) => {
    const clipped = Math.min(1, Math.max(0, value))
    const coded = clipped <= 0.003_130_8 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
    return Math.round(255 * coded)
  })
}

/** Solves three equations by Cramer's rule. */
function solve(columns: readonly Vector[], sums: readonly number[]): readonly number[] {
  const [a, b, c] = columns as readonly [Vector, Vector, Vector]
  const s = sums as unknown as Vector
  const whole = determinant(a, b, c)
  return [determinant(s, b, c), determinant(a, s, c), determinant(a, b, s)].map((d) => d / whole)
}

function determinant(a: Vector, b: Vector, c: Vector): number {
  return (
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    b[0] * (a[1] * c[2] - a[2] * c[1]) +
    c[0] * (a[1] * b[2] - a[2] * b[1])
  )
}
