import { type ColourTag, srgbCodes, toColourTag } from '../../colour/colour-tag.ts'
import { type Chromaticity, type Primaries, bt709 } from '../../colour/primaries.ts'
import { powerToLight } from '../../colour/transfers.ts'
import { type Bytes, withBytes } from '../bytes.ts'
import { walkPngChunks, windowBytes } from './chunks.ts'

/** Colours that a PNG declares without an ICC profile. */
export type PngColours = {
  /** undefined: sRGB. */
  readonly tag: ColourTag | undefined
  /** True if they take precedence over an ICC profile of the same file. */
  readonly overrulesProfile: boolean
}

/** Lengths of the chunks that declare colours; an ICC profile is not read. */
const lengths: Readonly<Record<string, number>> = {
  cICP: 4,
  iCCP: 0,
  sRGB: 1,
  gAMA: 4,
  cHRM: 32,
  cLLI: 8,
  mDCV: 24,
}

/**
 * Reads the colours of a PNG in the order of precedence of its specification: cICP, iCCP, sRGB, gAMA with cHRM.
 * https://www.w3.org/TR/png-3/#color-chunk-precendence
 *
 * @returns undefined for sRGB, and if an ICC profile applies
 */
export function readPngColours(path: string): PngColours | undefined {
  const chunks = withBytes(path, windowBytes, readChunks)
  const hasProfile = chunks.has('iCCP')
  const codes = readCodes(chunks.get('cICP'))
  if (codes !== undefined) {
    const tag = toColourTag(codes, readPeak(chunks))
    const isSrgb = codes.primaries === srgbCodes.primaries && codes.transfer === srgbCodes.transfer
    if (tag !== undefined) return { tag, overrulesProfile: true }
    if (isSrgb) return hasProfile ? { tag, overrulesProfile: true } : undefined
  }
  if (hasProfile || chunks.has('sRGB')) return undefined
  const tag = toGammaTag(chunks.get('gAMA'), chunks.get('cHRM'))
  return tag && { tag, overrulesProfile: false }
}

function readChunks(file: Bytes): ReadonlyMap<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (const { name, at } of walkPngChunks(file)) {
    if (name === 'IDAT') break
    const length = lengths[name]
    const content = length === undefined ? undefined : file.read(at, length)
    if (content !== undefined && content.length === length) chunks.set(name, content)
  }
  return chunks
}

/** Reads primaries, transfer, matrix and range: a PNG can only be RGB of the full range. */
function readCodes(cicp: Buffer | undefined) {
  if (cicp === undefined || cicp[2] !== 0 || cicp[3] !== 1) return undefined
  return { primaries: cicp.readUInt8(0), transfer: cicp.readUInt8(1) }
}

/** Returns the brightest white of the content, or otherwise of the mastering display, cd/m2. */
function readPeak(chunks: ReadonlyMap<string, Buffer>): number | undefined {
  const content = chunks.get('cLLI')?.readUInt32BE(0) ?? chunks.get('mDCV')?.readUInt32BE(16)
  return content === undefined || content === 0 ? undefined : content / 10_000
}

/** Exponent closest to sRGB, and the tolerance within which libpng and browsers treat a file as sRGB. */
const nearSrgb = { exponent: 2.2, tolerance: 0.05 } as const

function toGammaTag(gama: Buffer | undefined, chrm: Buffer | undefined): ColourTag | undefined {
  const gamma = gama?.readUInt32BE(0) ?? 0
  if (gamma === 0) return undefined
  const exponent = 100_000 / gamma
  const isNearSrgb = Math.abs(nearSrgb.exponent / exponent - 1) <= nearSrgb.tolerance
  // Browsers apply gAMA by itself only if it clearly differs.
  if (chrm === undefined && isNearSrgb) return undefined
  return {
    primaries: chrm === undefined ? bt709 : readPrimaries(chrm),
    transfer: { kind: 'standard', toLight: powerToLight(exponent) },
  }
}

function readPrimaries(chrm: Buffer): Primaries {
  const at = (index: number): Chromaticity => [
    chrm.readUInt32BE(8 * index) / 100_000,
    chrm.readUInt32BE(8 * index + 4) / 100_000,
  ]
  return { white: at(0), red: at(1), green: at(2), blue: at(3) }
}
