import { flag, param, parseBoolean } from './param.ts'
import { parseWhole } from './values/decimal.ts'
import { type Download, parseDownload } from './values/download.ts'

export const qualityNames = ['low', 'medium', 'high', 'best'] as const
/** An integer from 0 to 100, a name of one, or `auto`: the quality of the original. */
export type Quality = number | 'auto' | (typeof qualityNames)[number]

/** `auto`: as the format does by default; see `FormatFacts.animation`. */
export type Animated = boolean | 'auto'

export const metadataKinds = ['none', 'copyright'] as const
/** Fields of the original that a result carries. */
export type MetadataKind = (typeof metadataKinds)[number]

export const profiles = ['srgb', 'keep', 'p3'] as const
/** Colours of a result: sRGB, those of the original, or Display P3. */
export type Profile = (typeof profiles)[number]

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
  maxBytes: param.bytes<number | undefined>({
    name: 'max_bytes',
    default: undefined,
    expected: 'a whole number from 1000 to 10000000',
    parse: (text) => parseWhole(text, { min: 1000, max: 10_000_000 }),
    appliesTo: ({ lossy }) => lossy,
    description:
      'Lowers the quality until the image has at most this many bytes. The smallest image is sent if none fits.',
  }),
  profile: param.bytes<Profile>({
    name: 'profile',
    default: 'srgb',
    expected: profiles.join(', '),
    parse: (text) => profiles.find((known) => known === text),
    appliesTo: ({ hasMetadata }) => hasMetadata,
    description:
      'The colours of the image: `keep` are those of the original with its profile, `p3` is Display P3. Both keep colours outside of sRGB.',
  }),
  metadata: param.bytes<MetadataKind>({
    name: 'metadata',
    default: 'none',
    expected: metadataKinds.join(' or '),
    parse: (text) => metadataKinds.find((known) => known === text),
    appliesTo: ({ hasMetadata }) => hasMetadata,
    description:
      'Carries the creator and the copyright of the original into the image, and nothing else of its metadata.',
  }),
  animated: param.bytes<Animated>({
    name: 'animated',
    default: 'auto',
    expected: 'true, false or auto',
    parse: (text) => (text === 'auto' ? text : parseBoolean(text)),
    description:
      'Keeps the animation of a GIF or WebP. `auto` keeps it in GIF and shows the first frame in WebP.',
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
