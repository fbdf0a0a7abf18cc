/* oxlint-disable no-underscore-dangle -- The names are those of the C interface. */
import { AppError } from '@iaas/common/errors'
import type { Size } from '@iaas/common/image'
import { damaged } from '../damaged.ts'
import { noteWasmMemory } from '../wasm-memory.ts'
import { type Libheif, forgetLibheif, loadLibheif } from './libheif.ts'

/** Codes of libheif: heif_colorspace, heif_chroma, heif_channel. */
const rgb = 1
const chromas = { 3: 10, 4: 11 } as const
const interleaved = 10

export type Decoding = {
  /** RGB or RGBA, eight bits each. */
  readonly channels: 3 | 4
  /** Pixels of the largest image that the decoder may allocate. */
  readonly maxPixels: number
}

/**
 * Decodes the primary image of a HEIC.
 *
 * @param place returns the place for the pixels of an image of this size
 * @throws AppError IMAGE_DAMAGED
 */
export function decodeHeic(
  file: Uint8Array,
  decoding: Decoding,
  place: (size: Size) => Uint8Array,
): void {
  const heif = loadLibheif()
  try {
    decode(heif, file, decoding, place)
  } catch (error) {
    if (error instanceof AppError) throw error
    // A trap, or memory that could not be had.
    forgetLibheif()
    throw damaged(error)
  } finally {
    noteWasmMemory(heif.HEAPU8.length)
  }
}

function decode(
  heif: Libheif,
  file: Uint8Array,
  { channels, maxPixels }: Decoding,
  place: (size: Size) => Uint8Array,
): void {
  const scratch = heif._malloc(16)
  const result = heif._malloc(4)
  const source = heif._malloc(file.length)
  const context = heif._heif_context_alloc()
  let handle = 0
  let image = 0
  const check = () => {
    if (heif.HEAPU32[scratch >> 2] !== 0) throw damaged()
  }
  try {
    heif.HEAPU8.set(file, source)
    boundPixels(heif, context, maxPixels)
    heif._heif_context_read_from_memory_without_copy(scratch, context, source, file.length, 0)
    check()
    heif._heif_context_get_primary_image_handle(scratch, context, result)
    check()
    handle = heif.HEAPU32[result >> 2] ?? 0
    heif._heif_decode_image(scratch, handle, result, rgb, chromas[channels], 0)
    check()
    image = heif.HEAPU32[result >> 2] ?? 0
    copyPixels(heif, { image, scratch, channels }, place)
  } finally {
    if (image !== 0) heif._heif_image_release(image)
    if (handle !== 0) heif._heif_image_handle_release(handle)
    heif._heif_context_free(context)
    for (const pointer of [source, result, scratch]) heif._free(pointer)
  }
}

/** The limits begin with a version, padded to eight bytes, and the number of pixels, eight bytes. */
function boundPixels(heif: Libheif, context: number, maxPixels: number): void {
  const limits = heif._heif_context_get_security_limits(context) >> 2
  heif.HEAPU32[limits + 2] = maxPixels
  heif.HEAPU32[limits + 3] = 0
}

function copyPixels(
  heif: Libheif,
  { image, scratch, channels }: { image: number; scratch: number; channels: 3 | 4 },
  place: (size: Size) => Uint8Array,
): void {
  const width = heif._heif_image_get_width(image, interleaved)
  const height = heif._heif_image_get_height(image, interleaved)
  const plane = heif._heif_image_get_plane_readonly(image, interleaved, scratch)
  const stride = heif.HEAPU32[scratch >> 2] ?? 0
  const rowBytes = width * channels
  const pixels = place({ width, height })
  for (let row = 0; row < height; row += 1) {
    const from = plane + row * stride
    pixels.set(heif.HEAPU8.subarray(from, from + rowBytes), row * rowBytes)
  }
}
