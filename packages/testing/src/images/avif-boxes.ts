/** A box of an AVIF without its header: ISO/IEC 14496-12, 4.2. */
export type AvifBox = { readonly name: string; readonly content: Buffer }

/** Changes to the contents of boxes, by name. */
export type BoxChanges = Readonly<Record<string, (content: Buffer) => Buffer>>

export function rewriteBoxes(bytes: Buffer, changes: BoxChanges): Buffer {
  const boxes = splitBoxes(bytes).map(({ name, content }) =>
    joinBox({ name, content: changes[name]?.(content) ?? content }),
  )
  return Buffer.concat(boxes)
}

export function splitBoxes(bytes: Buffer): readonly AvifBox[] {
  const boxes: AvifBox[] = []
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    boxes.push({ name, content: bytes.subarray(at + 8, at + length) })
    at += length
  }
  return boxes
}

export function joinBox({ name, content }: AvifBox): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.length, 0)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, content])
}

/** Creates an nclx box from codes of ITU-T H.273. */
export function makeNclx(primaries: number, transfer: number, isFullRange = true): AvifBox {
  const content = Buffer.alloc(11)
  content.write('nclx', 'latin1')
  content.writeUInt16BE(primaries, 4)
  content.writeUInt16BE(transfer, 6)
  // Matrix of BT.601, the default of encoders.
  content.writeUInt16BE(6, 8)
  content.writeUInt8(isFullRange ? 0x80 : 0, 10)
  return { name: 'colr', content }
}
