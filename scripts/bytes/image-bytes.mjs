// The bytes of an image file that encode its pixels.

/** Bytes of a file without metadata, color profile and trailing data; undefined for an animation, or an unknown structure. */
export function imageBytes(file, format) {
  return { jpeg: jpegBytes, png: pngBytes, webp: webpBytes }[format](file)
}

/** Subtracts application segments and comments before the first scan, and everything after the end marker. */
function jpegBytes(file) {
  let metadata = 0
  for (let at = 2; at + 4 <= file.length;) {
    if (file[at] !== 0xff) return undefined
    const marker = file[at + 1]
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0xda) break
    const bytes = 2 + file.readUInt16BE(at + 2)
    // The bare JFIF header is part of every JPEG.
    if (marker === 0xfe || (marker >= 0xe1 && marker <= 0xef)) metadata += bytes
    else if (marker === 0xe0) metadata += bytes - 18
    at += bytes
  }
  const end = file.lastIndexOf(Buffer.from([0xff, 0xd9]))
  return (end === -1 ? file.length : end + 2) - metadata
}

function pngBytes(file) {
  let bytes = 8
  for (let at = 8; at + 12 <= file.length;) {
    const length = 12 + file.readUInt32BE(at)
    const type = file.toString('latin1', at + 4, at + 8)
    if (type === 'acTL') return undefined
    if (/^(?:IHDR|PLTE|tRNS|IDAT|IEND)$/.test(type)) bytes += length
    at += length
  }
  return bytes
}

function webpBytes(file) {
  let [bytes, parts] = [12, 0]
  for (let at = 12; at + 8 <= file.length;) {
    const length = file.readUInt32LE(at + 4)
    const name = file.toString('latin1', at, at + 4)
    if (name === 'ANIM') return undefined
    if (/^(?:VP8 |VP8L|ALPH)$/.test(name)) {
      bytes += 8 + length + (length % 2)
      parts += 1
    }
    at += 8 + length + (length % 2)
  }
  return parts > 1 ? bytes + 18 : bytes
}
