import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as Decoder from 'jxl-oxide-wasm'
import { damaged } from '../damaged.ts'
import { noteWasmMemory } from '../wasm-memory.ts'

let loading:
  Promise<{ readonly decoder: typeof Decoder; readonly instance: Decoder.InitOutput }> | undefined

async function load() {
  const decoder = await import('jxl-oxide-wasm')
  const folder = dirname(createRequire(import.meta.url).resolve('jxl-oxide-wasm/package.json'))
  const module = readFileSync(join(folder, 'jxl_oxide_wasm_bg.wasm'))
  return { decoder, instance: decoder.initSync({ module }) }
}

/**
 * Decodes the first frame of a JPEG XL to a PNG in sRGB, upright.
 *
 * @throws AppError IMAGE_DAMAGED
 */
export async function decodeJxl(file: Uint8Array): Promise<Uint8Array> {
  const { decoder, instance } = await (loading ??= load())
  try {
    const image = new decoder.JxlImage()
    image.forceSrgb = true
    image.feedBytes(file)
    if (!image.tryInit() || !image.loaded) throw damaged()
    const png = image.render(0).encodeToPng()
    image.free()
    return png
  } catch (error) {
    // After a trap the instance may be in any state; this process ends with its task.
    noteWasmMemory(Number.POSITIVE_INFINITY)
    throw damaged(error)
  } finally {
    noteWasmMemory(instance.memory.buffer.byteLength)
  }
}
