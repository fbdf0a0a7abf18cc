import sharp from 'sharp'
import { joinBox, rewriteBoxes, splitBoxes } from './avif-boxes.ts'

/**
 * Creates an AVIF of this many pixels per side that displays a square of 16: a `clap` property crops the rest (ISO/IEC
 * 14496-12, 12.1.4).
 */
export async function makeClappedAvif(side: number): Promise<Buffer> {
  const create = { width: side, height: side, channels: 3, background: '#c81020' } as const
  const avif = await sharp({ create }).avif({ quality: 40, effort: 0 }).toBuffer()
  const longer = clip(avif, 0).length - avif.length
  return clip(avif, longer)
}

/** @param shift how much further back the pixels lie than in the source file */
function clip(avif: Buffer, shift: number): Buffer {
  return rewriteBoxes(avif, {
    meta: (meta) => {
      const boxes = { iprp: addAperture, iloc: (iloc: Buffer) => moveItem(iloc, shift) }
      // Version and flags.
      return Buffer.concat([meta.subarray(0, 4), rewriteBoxes(meta.subarray(4), boxes)])
    },
  })
}

function addAperture(iprp: Buffer): Buffer {
  let properties = 0
  return rewriteBoxes(iprp, {
    ipco: (ipco) => {
      properties = splitBoxes(ipco).length + 1
      const aperture = Buffer.alloc(32)
      // Width, height and both offsets, each as a fraction.
      for (const [index, value] of [16, 1, 16, 1, 0, 1, 0, 1].entries()) {
        aperture.writeInt32BE(value, 4 * index)
      }
      return Buffer.concat([ipco, joinBox({ name: 'clap', content: aperture })])
    },
    // Version, number of items, id of the first, number of its properties and the properties: one more.
    ipma: (ipma) => {
      const count = ipma[10] ?? 0
      return Buffer.concat([
        ipma.subarray(0, 10),
        Buffer.from([count + 1]),
        ipma.subarray(11, 11 + count),
        Buffer.from([0x80 | properties]),
        ipma.subarray(11 + count),
      ])
    },
  })
}

/**
 * Moves the data of the only item: its id, construction method (from version 1 on), data reference, base, number of
 * extents, and the offset of the first.
 */
function moveItem(iloc: Buffer, shift: number): Buffer {
  const moved = Buffer.from(iloc)
  const builtBytes = (iloc[0] ?? 0) > 0 ? 2 : 0
  const baseBytes = (iloc[5] ?? 0) >> 4
  const at = 8 + 2 + builtBytes + 2 + baseBytes + 2
  moved.writeUInt32BE(moved.readUInt32BE(at) + shift, at)
  return moved
}
