import { flag, param } from './param.ts'
import { type Download, parseDownload } from './values/download.ts'

export const qualityNames = ['low', 'medium', 'high', 'best'] as const
/** An integer from 0 to 100, a name of one, or `auto`: the quality of the original. */
export type Quality = number | 'auto' | (typeof qualityNames)[number]

/** Options of the encoding and of the answer. */
export const outputParams = {
  quality: param.bytes<Quality>({
    name: 'quality',
    default: 'auto',
    expected: `an integer from 0 to 100, auto, ${qualityNames.join(', ')}`,
    parse: parseQuality,
    appliesTo: ({ lossy }) => lossy,
    description:
      'The quality of a lossy encoding; `auto` is that of the original. A name stands for a fixed quality in each format.',
  }),
  allowWebp: param.answer<boolean>({
    ...flag,
    name: 'allow_webp',
    description: 'Answers in WebP if the client accepts it.',
  }),
  proxy: param.answer<boolean>({
    ...flag,
    name: 'proxy',
    description: 'Serves a hit through the service instead of a redirect.',
  }),
  download: param.answer<Download>({
    name: 'download',
    default: false,
    expected: 'true, false, or a file name of at most 100 characters without "/"',
    parse: parseDownload,
    description:
      'Lets browsers save the image under its id, or under a name. Served through the service, as with `proxy`. Works on originals, too.',
  }),
} as const

function parseQuality(text: string): Quality | undefined {
  const name = (['auto', ...qualityNames] as const).find((known) => known === text)
  if (name !== undefined) return name
  return /^(?:0|[1-9]\d?|100)$/.test(text) ? Number(text) : undefined
}
