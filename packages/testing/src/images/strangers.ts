/** Files that are not an image of an accepted format, whatever their name. */
export const strangers = {
  'an SVG':
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  'an XML-declared SVG': '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
  'an HTML page': '<!doctype html><script>alert(1)</script>',
  'a text': 'This is not an image.',
  'a BMP': 'BM\u003a\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0036\u0000\u0000\u0000\u0028',
  'an ICO': '\u0000\u0000\u0001\u0000\u0001\u0000\u0010\u0010',
  'a PDF': '%PDF-1.7\n1 0 obj\n<<>>\nendobj',
  'an MP4': '\u0000\u0000\u0000\u0018ftypisom\u0000\u0000\u0002\u0000isomavc1',
  'a ZIP': 'PK\u0003\u0004\u0014\u0000',
  nothing: '',
} as const satisfies Record<string, string>

/** Creates an image with a script after its end. */
export function makePolyglot(image: Buffer): Buffer {
  return Buffer.concat([image, Buffer.from('<script>alert(1)</script>')])
}

/** Returns the first part of an image. `share`: 0 to 1. */
export function truncate(image: Buffer, share: number): Buffer {
  return image.subarray(0, Math.floor(image.length * share))
}
