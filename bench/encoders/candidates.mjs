/** The same tables as without, so that the quality can still be read from a file. */
const trellis = { trellisQuantisation: true, overshootDeringing: true }
const jpg = { progressive: true, mozjpeg: false }

/**
 * What each encoder can be told besides the quality: the more it tries, the smaller the file. `isDefault` marks what the
 * product does where nothing is configured.
 */
export const candidates = {
  jpg: [
    { name: 'plain', options: jpg, isDefault: true },
    { name: 'optimised scans', options: { ...jpg, optimiseScans: true } },
    { name: 'trellis', options: { ...jpg, ...trellis } },
    { name: 'trellis, optimised scans', options: { ...jpg, ...trellis, optimiseScans: true } },
  ],
  webp: [0, 1, 2, 3, 4, 5, 6].map((effort) => ({
    name: `effort ${effort}`,
    options: { effort },
    isDefault: effort === 4,
  })),
  avif: [0, 1, 2, 3, 4, 5, 6].map((effort) => ({
    name: `effort ${effort}`,
    options: { effort, chromaSubsampling: '4:2:0' },
    isDefault: effort === 3,
  })),
  gif: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((effort) => ({
    name: `effort ${effort}`,
    options: { effort },
    isDefault: effort === 3,
  })),
  png: [false, true].flatMap((adaptiveFiltering) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((compressionLevel) => ({
      name: `level ${compressionLevel}${adaptiveFiltering ? ', filtered' : ''}`,
      options: { compressionLevel, adaptiveFiltering },
      isDefault: compressionLevel === 3 && adaptiveFiltering,
    })),
  ),
}

/** Quality at which settings are compared. 63 in AVIF looks like 80 in JPEG. */
export const comparedQuality = { jpg: 80, webp: 80, avif: 63 }

export function defaultOf(format) {
  return candidates[format].find(({ isDefault }) => isDefault)?.name
}
