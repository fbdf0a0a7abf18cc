/** Reads the arithmetically coded header of a VP8 frame: RFC 6386, section 7. Returns zeros after the end. */
export type BoolReader = {
  /** Reads an unsigned number, the highest bit first, each bit with probability one half. */
  literal(bits: number): number
  flag(): boolean
  /** Reads a magnitude, then a sign. */
  signed(bits: number): number
}

export function createBoolReader(bytes: Uint8Array): BoolReader {
  let [at, range, bitCount] = [2, 255, 0]
  let value = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)

  function readBit(): number {
    const split = 1 + ((range - 1) >> 1)
    const isSet = value >= split << 8
    range = isSet ? range - split : split
    if (isSet) value -= split << 8
    for (; range < 128; range <<= 1) {
      value <<= 1
      bitCount += 1
      if (bitCount < 8) continue
      bitCount = 0
      value |= bytes[at] ?? 0
      at += 1
    }
    return isSet ? 1 : 0
  }

  function literal(bits: number): number {
    let read = 0
    for (let bit = 0; bit < bits; bit += 1) read = (read << 1) | readBit()
    return read
  }

  const flag = () => readBit() === 1
  return {
    literal,
    flag,
    signed(bits) {
      const magnitude = literal(bits)
      return flag() ? -magnitude : magnitude
    },
  }
}
