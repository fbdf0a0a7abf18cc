/** Reads unsigned numbers, the highest bit first. Returns zeros after the end. */
export type BitReader = {
  read(bits: number): number
  flag(): boolean
  skip(bits: number): void
}

export function createBitReader(bytes: Uint8Array): BitReader {
  let at = 0
  function read(bits: number): number {
    let value = 0
    for (let bit = 0; bit < bits; bit += 1, at += 1) {
      value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
    }
    return value
  }
  return {
    read,
    flag: () => read(1) === 1,
    skip(bits) {
      at += bits
    },
  }
}
