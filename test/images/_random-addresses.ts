import { paramKeys, paramOf } from '@iaas/common/image'
import type { Random } from '@iaas/testing/random'

/** A request for an image, drawn at random. */
export type RandomRequest = {
  readonly method: 'GET' | 'HEAD'
  /** Path and query, as they are sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export type AddressesOptions = {
  /** Ids of originals that exist. */
  readonly knownIds: readonly string[]
  /** Names of configured presets. */
  readonly presets: readonly string[]
  /** Largest width and height of a result, px. */
  readonly bound: number
}

const unknownIds = [
  'nobody',
  'no_body',
  'no_3_body',
  'nobody.gif',
  'nobody_9x',
  '%C3%BCnknown',
  'a%20b',
  '%F0%9F%8F%94',
  '..',
  '%2e%2e%2fpasswd',
  'a%2Fb',
  'a/b',
  '%00',
  '%ff',
  '%',
  '%zz',
  '',
  '_',
  '__',
  '-',
  'constructor',
  '_preset',
  'x'.repeat(255),
  'x'.repeat(3000),
]

const extensions = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'gif', 'auto', 'json', 'tiff', 'heic']
const brokenExtensions = ['svg', 'exe', 'JPG', '', 'jpg.png', 'j%70g', 'json.jpg']

const brokenSizes = ['', '-1', '00', '01', '1.5', '1e2', '0x10', 'a', '999999999', '1000000000']
const scales = ['', '', '', '', '_1x', '_2x', '_3x', '_99x', '_0x', '_100x', '_2X', '_x']

/** Values for any option, so that options of tomorrow get some, too. */
const anyValues = [
  ',true,false,TRUE,null,undefined,__proto__,NaN,Infinity,-0,0,1,2,3,16,100,255,256,300,65500,65501',
  '-1,+1,01,1.,.5,0.5,0.3,0.299,1.0005,1e3,0x10,99999999999999999,auto,none,max,smart,focal,center',
  'blur,transparent,keep,both,00ff00,00FF0080,00000000,fff,%23ffffff,red,%00,%ff,%,%F0%9F%8F%94,%20',
  '+,%3Cb%3E,..%2F..,a%0d%0ab',
]
  .flatMap((line) => line.split(','))
  .concat(['0,0', '1,1', '0.5,0.5', '0,0,0,0', '1,2,3,4', '1,2,3', '1,2,3,4,5', ',,,', '1,5'])
  .concat(['0.0,0.0,1.0,1.0', 'x'.repeat(200), '9'.repeat(400)])

/** Values that an option accepts, and those at the edges of what it accepts. */
const goodValues: Readonly<Record<string, readonly string[]>> = {
  fit: ['clip', 'crop', 'canvas', 'cover', 'Crop'],
  frame: ['0', '1', '2', '4999', '5000', '100000'],
  gravity: ['north', 'southeast', 'west', 'smart', 'focal', '0,1', '0.123,0.877', '1,0'],
  rect: ['0,0,9,9', '5,5,65500,65500', '65500,0,1,1', '0.5,0.5,0.5,0.5', '0.999,0.0,0.001,1.0'],
  trim: ['true', 'false', '0', '0.5', '255'],
  rotate: ['0', '90', '180', '270'],
  flip: ['horizontal', 'vertical', 'both', 'none'],
  enlarge: ['true', 'false'],
  padding: ['0', '7', '1,2,3,4', '0,0,0,9', '150', '149,0,150,0'],
  brightness: ['0', '0.5', '1', '4'],
  contrast: ['0', '0.5', '1', '4'],
  saturation: ['0', '0.5', '1', '4'],
  hue: ['0', '90', '359'],
  grayscale: ['true', 'false'],
  negate: ['true', 'false'],
  blur: ['true', 'false', '0.3', '4', '100'],
  sharpen: ['true', 'false', '0.3', '10'],
  pixelate: ['2', '7', '200'],
  background: ['ff0000', '00ff0080', '00000000', 'transparent', 'blur', 'auto'],
  radius: ['0', '5', '65500', 'max'],
  watermark: [
    'logo',
    'logo,north',
    'logo,0,1,0.5',
    'tiles',
    'tiles,west,0',
    'gone',
    'none',
    'logo,west,1,1',
  ],
  text: [
    'x',
    '%3Cb%3E%26amp;',
    'e%CC%81%D2%89',
    '%E2%80%AE%E2%80%8B',
    '%F0%9F%8F%94',
    'W'.repeat(200),
    '%D2%89'.repeat(200),
    'x'.repeat(201),
    'a%0Ab',
  ],
  text_size: ['4', '20', '1000'],
  text_font: ['brand', 'gone', '../brand', `~${'a'.repeat(32)}`],
  text_color: ['ff0000', '00ff0080'],
  text_gravity: ['north', '0.2,0.9'],
  text_background: ['000000', '00000080'],
  quality: ['0', '1', '50', '100', 'auto', 'low', 'medium', 'high', 'best'],
  max_bytes: ['1000', '1001', '20000', '10000000'],
  profile: ['srgb', 'keep', 'p3'],
  metadata: ['none', 'copyright'],
  allow_webp: ['true', 'false'],
  proxy: ['true', 'false'],
  download: [
    'true',
    'false',
    'name.jpg',
    '%22%3B%20x%3D%22',
    '%C3%BC%F0%9F%8F%94',
    'x'.repeat(100),
  ],
}

const otherParameters = [
  '',
  'exif=true',
  'exif=1',
  'unknown=1',
  '&&',
  '=',
  'a',
  'sig=00',
  '?',
  'fit',
]

const accepts = [
  'image/avif,image/webp,*/*;q=0.8',
  'image/webp',
  'image/avif;q=0, image/webp;q=0.001',
  '*/*',
  'image/*',
  '',
  ',;q=;=",',
  'image/avif;q=2, image/webp;q=nothing',
  `${'image/x, '.repeat(300)}image/avif`,
]

const optionNames = paramKeys.map((key) => paramOf(key).name)

/** Draws addresses: most are answered before anything is rendered, and no result is large. */
export function createAddresses(random: Random, options: AddressesOptions): () => RandomRequest {
  const { knownIds, presets, bound } = options
  const below = (limit: number) => random.below(limit)
  const pick = <T>(from: readonly T[]) => random.pick(from)
  const isLucky = (percent: number) => below(100) < percent

  function drawId(): string {
    return isLucky(60) ? pick(knownIds) : pick(unknownIds)
  }

  function drawSide(): string {
    if (isLucky(6)) return pick(brokenSizes)
    if (isLucky(10)) return pick(['0', '1', `${bound - 1}`, `${bound}`, `${bound + 1}`, '65501'])
    return `${1 + below(isLucky(80) ? 48 : 10 * bound)}`
  }

  function drawExtension(): string {
    return isLucky(95) ? pick(extensions) : pick(brokenExtensions)
  }

  function drawPath(): string {
    if (isLucky(8)) {
      const name = isLucky(80) ? pick(presets) : pick(unknownIds)
      return `/_preset/${name}${pick(scales)}/${drawId()}.${drawExtension()}`
    }
    if (isLucky(8)) return `/${drawId()}.${drawExtension()}`
    return `/${drawId()}_${drawSide()}_${drawSide()}${pick(scales)}.${drawExtension()}`
  }

  function drawOption(): string {
    if (isLucky(4)) return pick(otherParameters)
    if (isLucky(5)) return `preset=${pick([...presets, presets.join(','), ',', ...anyValues])}`
    const name = pick(optionNames)
    const good = goodValues[name]
    return `${name}=${good !== undefined && isLucky(85) ? pick(good) : pick(anyValues)}`
  }

  function drawQuery(): string {
    const drawn = Array.from({ length: pick([0, 1, 1, 2, 2, 3, 5]) }, drawOption)
    return drawn.length === 0 ? '' : `?${drawn.join('&')}`
  }

  return () => ({
    method: isLucky(10) ? 'HEAD' : 'GET',
    path: drawPath() + drawQuery(),
    headers: {
      ...(isLucky(50) && { accept: pick(accepts) }),
      ...(isLucky(5) && { 'if-none-match': pick(['*', '"x"', 'W/"x", "y"', '"']) }),
      ...(isLucky(3) && { range: pick(['bytes=0-0', 'bytes=9-1', 'bytes=-1', 'lines=1']) }),
    },
  })
}
