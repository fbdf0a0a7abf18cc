import { flag, param } from './param.ts'

/** An integer from 0 to 100, or `auto`: the quality of the original. */
export type Quality = number | 'auto'

/** Options of the encoding and of the answer. */
export const outputParams = {
  quality: param.bytes<Quality>({
    name: 'quality',
    default: 'auto',
    expected: 'an integer from 0 to 100, or auto',
    parse: parseQuality,
    appliesTo: ({ lossy }) => lossy,
    description: 'The quality of a lossy encoding; `auto` is that of the original.',
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
} as const

function parseQuality(text: string): Quality | undefined {
  if (text === 'auto') return 'auto'
  return /^(?:0|[1-9]\d?|100)$/.test(text) ? Number(text) : undefined
}
