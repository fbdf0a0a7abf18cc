import { readText } from '../exif/text.ts'
import { type Copyright, mostText } from './copyright.ts'

/** A resource of Photoshop: signature, number, name, length, content; each part of an even length. */
const resourceSignature = '8BIM'
const iptcResource = 0x04_04
/** A field of IPTC-IIM 4.2, 1.5: marker, record, number, length, content. */
const fieldMarker = 0x1c
const fieldHeaderBytes = 5
const fields = { byLine: 80, copyright: 116 } as const
/** Most resources and fields that are read. */
const mostParts = 1000

/** Reads the fields By-line and Copyright Notice of the application record. */
export function readIptcCopyright(block: Buffer): Copyright {
  const creators: string[] = []
  let rights: string | undefined
  for (const { number, content } of walkFields(findRecords(block))) {
    const text = readText(content, mostText)
    if (text === undefined) continue
    if (number === fields.byLine) creators.push(text)
    if (number === fields.copyright) rights ??= text
  }
  return { creators, rights }
}

/** Returns the records within the resources of Photoshop, or the block itself. */
function findRecords(block: Buffer): Buffer {
  let at = block.indexOf(resourceSignature, 0, 'latin1')
  if (block[0] === fieldMarker || at === -1) return block
  for (let parts = 0; parts < mostParts && at + 12 <= block.length; parts += 1) {
    if (block.toString('latin1', at, at + 4) !== resourceSignature) break
    const nameBytes = 1 + (block[at + 6] ?? 0)
    const lengthAt = at + 6 + nameBytes + (nameBytes % 2)
    if (lengthAt + 4 > block.length) break
    const bytes = block.readUInt32BE(lengthAt)
    const start = lengthAt + 4
    if (block.readUInt16BE(at + 4) === iptcResource) return block.subarray(start, start + bytes)
    at = start + bytes + (bytes % 2)
  }
  return Buffer.alloc(0)
}

type Field = { readonly number: number; readonly content: Buffer }

function* walkFields(records: Buffer): Generator<Field> {
  let at = 0
  for (let parts = 0; parts < mostParts && at + fieldHeaderBytes <= records.length; parts += 1) {
    if (records[at] !== fieldMarker) return
    const bytes = records.readUInt16BE(at + 3)
    const start = at + fieldHeaderBytes
    // The highest bit marks a length of its own, which no text of a few letters needs.
    if (bytes >= 0x80_00 || start + bytes > records.length) return
    if (records[at + 1] === 2) {
      yield { number: records[at + 2] ?? 0, content: records.subarray(start, start + bytes) }
    }
    at = start + bytes
  }
}
