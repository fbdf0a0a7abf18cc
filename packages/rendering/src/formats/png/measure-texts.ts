import { inflateSync } from 'node:zlib'
import { errorCode } from '@iaas/common/disk/disk-errors'
import { withBytes } from '../bytes.ts'
import { walkPngChunks, windowBytes } from './chunks.ts'

/** Memory of a decoder for a text in addition to its letters, bytes. */
const textBytes = 1024

/**
 * Returns the unpacked size of the texts of a PNG file, bytes; inexact beyond `enough`.
 * https://www.w3.org/TR/png-3/#11textinfo
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function measureTexts(path: string, enough: number): number {
  return withBytes(path, windowBytes, (file) => {
    let total = 0
    for (const { name, at, bytes } of walkPngChunks(file)) {
      if (!texts.has(name)) continue
      const text = file.read(at, bytes)
      total += textBytes + measureText(name, text, enough - total)
      if (total > enough) break
    }
    return total
  })
}

const texts: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt'])

function measureText(name: string, content: Buffer, enough: number): number {
  const packed = findPacked(name, content)
  if (packed === undefined) return content.length
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, enough) }).length
  } catch (error) {
    // Decoders ignore a text that cannot be unpacked as well.
    return errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? enough + 1 : 0
  }
}

/**
 * Returns the packed part of a text. zTXt: keyword, 0, method. iTXt: keyword, 0, packed flag, method, language, 0,
 * translated keyword, 0.
 */
function findPacked(name: string, content: Buffer): Buffer | undefined {
  const keyword = content.indexOf(0)
  if (keyword === -1 || name === 'tEXt') return undefined
  if (name === 'zTXt') return content.subarray(keyword + 2)
  if (content[keyword + 1] !== 1) return undefined
  const language = content.indexOf(0, keyword + 3)
  const translated = language === -1 ? -1 : content.indexOf(0, language + 1)
  return translated === -1 ? undefined : content.subarray(translated + 1)
}
