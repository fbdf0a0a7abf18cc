import { inflateSync } from 'node:zlib'
import { errorCode } from '@iaas/common/disk/disk-errors'
import { readBytes, withFile } from '../files.ts'
import { walkPngChunks } from './chunks.ts'

/** What a decoder needs for a text beside its letters, bytes. */
const textBytes = 1024

/**
 * What the texts of a PNG file take once they are unpacked, bytes; not exactly where it is more than `enough`.
 * https://www.w3.org/TR/png-3/#11textinfo
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function measureTexts(path: string, enough: number): number {
  return withFile(path, (file) => {
    let total = 0
    for (const { name, at, bytes } of walkPngChunks(file)) {
      if (!texts.has(name)) continue
      const text = readBytes(file, at, bytes)
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
    // What cannot be unpacked is no text to a decoder either.
    return errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? enough + 1 : 0
  }
}

/** zTXt: keyword, 0, method. iTXt: keyword, 0, whether it is packed, method, language, 0, translated keyword, 0. */
function findPacked(name: string, content: Buffer): Buffer | undefined {
  const keyword = content.indexOf(0)
  if (keyword === -1 || name === 'tEXt') return undefined
  if (name === 'zTXt') return content.subarray(keyword + 2)
  if (content[keyword + 1] !== 1) return undefined
  const language = content.indexOf(0, keyword + 3)
  const translated = language === -1 ? -1 : content.indexOf(0, language + 1)
  return translated === -1 ? undefined : content.subarray(translated + 1)
}
