import { deflateSync } from 'node:zlib'
import { chunkFrameBytes, signatureBytes } from '../../../formats/png/chunks.ts'
import { makeChunk } from '../../../formats/png/write-chunks.ts'
import type { Attachments } from './attachments.ts'

const headerEnd = signatureBytes + chunkFrameBytes + 13

/** Inserts chunks after the header. https://www.w3.org/TR/png-3/#11ancillary-chunks */
export function attachToPng(file: Buffer, { exif, xmp, icc }: Attachments): Buffer {
  // Name of the profile, 0, compression; keyword of the text, 0, not compressed, method, no language, no translation.
  const profile = icc && Buffer.concat([Buffer.from('ICC\0\0', 'latin1'), deflateSync(icc)])
  const text = xmp && Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)
  const chunks = [
    ...(profile ? [makeChunk('iCCP', profile)] : []),
    ...(exif ? [makeChunk('eXIf', exif)] : []),
    ...(text ? [makeChunk('iTXt', text)] : []),
  ]
  return Buffer.concat([file.subarray(0, headerEnd), ...chunks, file.subarray(headerEnd)])
}
