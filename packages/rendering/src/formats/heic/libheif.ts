import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Parts of the C interface of libheif that are used here. Pointers and handles are numbers; errors go to a pointer. */
export type Libheif = {
  readonly HEAPU8: Uint8Array
  readonly HEAPU32: Uint32Array
  _malloc(bytes: number): number
  _free(pointer: number): void
  _heif_context_alloc(): number
  _heif_context_free(context: number): void
  _heif_context_get_security_limits(context: number): number
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    file: number,
    bytes: number,
    options: number,
  ): void
  _heif_context_get_primary_image_handle(error: number, context: number, result: number): void
  _heif_image_handle_release(handle: number): void
  _heif_decode_image(
    error: number,
    handle: number,
    result: number,
    colourSpace: number,
    chroma: number,
    options: number,
  ): void
  _heif_image_release(image: number): void
  _heif_image_get_width(image: number, channel: number): number
  _heif_image_get_height(image: number, channel: number): number
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number
}

const require = createRequire(import.meta.url)
let loaded: Libheif | undefined

/** Loads the decoder, which takes some 80 ms, at its first use. */
export function loadLibheif(): Libheif {
  loaded ??= load()
  return loaded
}

/** Forgets a decoder that failed in a way that leaves it unusable. */
export function forgetLibheif(): void {
  loaded = undefined
}

function load(): Libheif {
  const create = require('libheif-js/libheif-wasm/libheif.js') as (options: object) => Libheif
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'))
  return create({ wasmBinary, print() {}, printErr() {} })
}
