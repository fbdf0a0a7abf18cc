import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@iaas/common/errors'
import { type TextFont, digestOfFont } from '@iaas/common/image'
import sharp, { type CreateText } from 'sharp'
import { fontDigest } from '../../fonts/font-digest.ts'
import { renameFont } from '../../fonts/rename-font.ts'
import { readPixels } from '../encoding/pixels.ts'

/** Families of a text, the preferred one first, and the file of one of them. */
export type Font = Required<Pick<CreateText, 'font' | 'fontfile'>>

/** Bytes that a font takes in a child, per byte of its file: copies, and what is read of it. */
const bytesPerByte = 4
const builtInFile = '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'
let builtIn: Font | undefined
/** Letters. Where a font does not have them, they are drawn in the font of the service. */
const letters = 'Aa'
/** Characters of many scripts. A font has some of them. */
const manyScripts = 'AaBbGg 0123 ÄéŁ Жя Ωα שא سب नम กข あア 中文 한글 ★→'

let hasLoaded = false

/**
 * Returns true if this process has a font of the configuration. It cannot be unloaded, and would show characters in
 * later texts and drawings, so the process must end after its task.
 */
export function hasForeignFont(): boolean {
  return hasLoaded
}

/** Returns the font that comes with the service. Other fonts of the machine show what it does not have. */
export function builtInFont(): Font {
  builtIn ??= {
    font: 'Noto Sans',
    fontfile: createRequire(import.meta.url).resolve(builtInFile),
  }
  return builtIn
}

/** Estimates the memory of loading a font, bytes. */
export function estimateFont(bytes: Uint8Array | undefined): number {
  return (bytes?.length ?? 0) * bytesPerByte
}

/** @throws AppError RENDER_FAILED unless the bytes are the font that a variant names by its digest */
export function checkFont(font: TextFont, bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined || fontDigest(bytes) !== digestOfFont(font)) {
    throw new AppError('RENDER_FAILED', 'The font of the text is not the one that was asked for.')
  }
  return bytes
}

/**
 * Loads a font under a name that no other font has. What it does not have is shown in the font of the service.
 *
 * @throws AppError RENDER_FAILED if nothing is drawn in this font
 */
export async function loadFont(bytes: Uint8Array): Promise<Font> {
  // Always the first one, so that the order of fonts is the same in every process.
  const usual = await drawProbe(builtInFont(), manyScripts)
  const family = `Font-${fontDigest(bytes)}`
  hasLoaded = true
  const fontfile = keepFile(rename(bytes, family))
  const font = { font: `${family}, ${builtInFont().font}`, fontfile }
  try {
    await drawProbe(font, letters)
    // A font that cannot be used is passed over without an error.
    if (!(await drawProbe(font, manyScripts)).equals(usual)) return font
  } catch (cause) {
    throw unusable(cause)
  }
  throw unusable()
}

function rename(bytes: Uint8Array, family: string): Uint8Array {
  try {
    return renameFont(bytes, family)
  } catch (cause) {
    throw unusable(cause)
  }
}

/** @throws Error if nothing is to be seen */
async function drawProbe(font: Font, text: string): Promise<Buffer> {
  const options = { ...font, font: `${font.font} 16`, text, dpi: 72, rgba: true }
  return (await readPixels(sharp({ text: options }), false)).data
}

/**
 * Writes a font to a file that this process alone has, and returns its path. Where the system allows it, the file has no
 * other name than its number here, so that nothing is left of it when the process is killed.
 */
function keepFile(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'iaas-font-'))
  const path = join(folder, 'font')
  const file = openSync(path, 'wx+', 0o600)
  writeFileSync(file, bytes)
  const nameless = `/proc/self/fd/${file}`
  if (!existsSync(nameless)) return path
  rmSync(folder, { recursive: true })
  return nameless
}

function unusable(cause?: unknown): AppError {
  return new AppError(
    'RENDER_FAILED',
    'The font cannot be used: it is damaged, draws no characters, or is the font that comes with the service.',
    { cause },
  )
}
