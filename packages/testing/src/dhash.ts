import sharp from 'sharp'

/** Returns the difference hash of an image: 64 bits that hardly change when the image is scaled or compressed. */
export async function dhash(image: Uint8Array): Promise<bigint> {
  const pixels = await sharp(image)
    .flatten({ background: '#fff' })
    .greyscale()
    .resize(9, 8, { fit: 'fill' })
    .raw()
    .toBuffer()
  let hash = 0n
  for (let row = 0; row < 8; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      const at = row * 9 + column
      hash = (hash << 1n) | ((pixels[at] ?? 0) < (pixels[at + 1] ?? 0) ? 1n : 0n)
    }
  }
  return hash
}

/** Returns the number of bits in which two hashes differ, 0 to 64. */
export function distance(one: bigint, other: bigint): number {
  let count = 0
  for (let rest = one ^ other; rest > 0n; rest >>= 1n) if (rest & 1n) count += 1
  return count
}
