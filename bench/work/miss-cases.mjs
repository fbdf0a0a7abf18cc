/** At which quality every image is written, so that all sides do the same. */
export const quality = 80

const sizes = [200, 800, 1600].map((box) => ({
  photo: 'jpeg-12',
  format: 'jpg',
  box,
  concurrency: 4,
}))
const sources = ['jpeg-2', 'jpeg-12', 'jpeg-24', 'progressive-12', 'png-alpha-2', 'webp-12']
const concurrencies = [1, 4, 16, 64]

/** Cases to render: the image, the encoding, the box in px, and the number at a time. */
export const missCases = [
  ...concurrencies.map((concurrency) => ({
    photo: 'jpeg-12',
    format: 'jpg',
    box: 400,
    concurrency,
  })),
  ...sources
    .filter((photo) => photo !== 'jpeg-12')
    .map((photo) => ({ photo, format: 'jpg', box: 400, concurrency: 4 })),
  ...['webp', 'png'].map((format) => ({ photo: 'jpeg-12', format, box: 400, concurrency: 4 })),
  { photo: 'png-alpha-2', format: 'png', box: 800, concurrency: 4 },
  ...sizes,
]

export const quickMissCases = [{ photo: 'jpeg-2', format: 'jpg', box: 400, concurrency: 4 }]

export const peerCases = [
  { photo: 'jpeg-2', format: 'jpg', box: 400, concurrency: 4 },
  { photo: 'jpeg-12', format: 'jpg', box: 400, concurrency: 4 },
  { photo: 'jpeg-12', format: 'webp', box: 800, concurrency: 4 },
  { photo: 'jpeg-12', format: 'jpg', box: 400, concurrency: 16 },
  { photo: 'png-alpha-2', format: 'png', box: 800, concurrency: 4 },
]
