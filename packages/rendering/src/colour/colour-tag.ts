import {
  type HighDynamicRange,
  highDynamicRangesByCode,
  nominalPeakNits,
} from './high-dynamic-range.ts'
import { type Primaries, primariesByCode } from './primaries.ts'
import { type Transfer, transfersByCode } from './transfers.ts'

/** Colours that a file declares by other means than an ICC profile. */
export type ColourTag = {
  readonly primaries: Primaries
  readonly transfer:
    | { readonly kind: 'standard'; readonly toLight: Transfer }
    | {
        readonly kind: 'high'
        readonly range: HighDynamicRange
        /** Brightest white of the image, cd/m2. */
        readonly peakNits: number
      }
}

/** Codes of ITU-T H.273. */
export type ColourCodes = { readonly primaries: number; readonly transfer: number }

/** Colours of an image that declares none. */
export const srgbCodes: ColourCodes = { primaries: 1, transfer: 13 }

/** @returns undefined for sRGB, and if browsers do not know one of the codes, because they then ignore both */
export function toColourTag(codes: ColourCodes, peakNits = nominalPeakNits): ColourTag | undefined {
  const primaries = primariesByCode.get(codes.primaries)
  const isSrgb = codes.primaries === srgbCodes.primaries && codes.transfer === srgbCodes.transfer
  if (primaries === undefined || isSrgb) return undefined
  const range = highDynamicRangesByCode.get(codes.transfer)
  if (range !== undefined) return { primaries, transfer: { kind: 'high', range, peakNits } }
  const toLight = transfersByCode.get(codes.transfer)
  return toLight && { primaries, transfer: { kind: 'standard', toLight } }
}
