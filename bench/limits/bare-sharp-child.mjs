// The limit of a miss: sharp told what to do, and nothing else. One image at a time, as often as it is told to. The
// calls are those of the render pipeline of the product; only how a format is written is taken from there.
import { createRequire } from 'node:module'
import { noAttachments } from '@iaas/rendering/pipeline/encoding/attachments/attachments'
import { encodeImage } from '@iaas/rendering/pipeline/encoding/encode'

const productRequire = createRequire(
  new URL('../../packages/rendering/package.json', import.meta.url),
)
const sharp = productRequire('sharp')
sharp.concurrency(1)
sharp.cache(false)

const openOptions = {
  failOn: 'error',
  limitInputChannels: 5,
  limitInputPixels: 30e6,
  pages: 1,
  sequentialRead: true,
}

process.on('message', (task) => void render(task))

async function render({ path, width, height, fit = 'fill', format, quality, encoders }) {
  const startedAt = performance.now()
  const draw = () => {
    const opened = sharp(path, openOptions)
    const flat = format === 'jpg' ? opened.flatten({ background: '#fff' }) : opened
    return Promise.resolve(flat.resize({ width, height, fit }))
  }
  const { length } = await encodeImage({
    draw,
    source: { colours: 'rgb', isLossless: path.endsWith('.png'), isIndexed: false },
    variant: { format, quality },
    size: { width, height },
    isUnscaled: false,
    quality,
    encoders,
    budgetBytes: undefined,
    attachments: noAttachments,
  })
  process.send({ ms: performance.now() - startedAt, bytes: length })
}
