/** Reads numbers of a JPEG XL codestream, the lowest bit first. Returns zeros after the end. */
export type Bits = {
  u(bits: number): number
  bool(): boolean
  /** Reads a number by one of four distributions: ISO/IEC 18181-1, 9.2.1. */
  u32(...choices: readonly [Choice, Choice, Choice, Choice]): number
}

/** A constant, or an offset and the number of bits that are added to it. */
type Choice = number | readonly [offset: number, bits: number]

export function createBits(bytes: Buffer): Bits {
  let at = 0
  function u(bits: number): number {
    let value = 0
    for (let bit = 0; bit < bits; bit += 1, at += 1) {
      const isSet = (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) === 1
      if (isSet) value += 2 ** bit
    }
    return value
  }
  return {
    u,
    bool: () => u(1) === 1,
    u32(...choices) {
      const choice = choices[u(2)] ?? 0
      return typeof choice === 'number' ? choice : choice[0] + u(choice[1])
    },
  }
}
