import { type AvifBox as Box, joinBox } from './avif-boxes.ts'

/** Sides of a tile, px, and the colours of its quarters: top left, top right, bottom left, bottom right. */
export const tileSide = 512
export const tileColours = [
  [220, 40, 40],
  [40, 200, 60],
  [40, 60, 220],
  [240, 240, 240],
] as const

/**
 * Configuration and bitstream of a tile of four plain quarters, drawn for these tests and encoded by x265: HEVC, main
 * still image, 4:2:0.
 */
const configuration = Buffer.from(
  [
    'AQNwAAAAkAAAAAAAWvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAWroCQGEAAQArQgEBA3AAAAMA',
    'kAAAAwAAAwBaoAQCAIBZbqSSmubgIaDAgAAADIAAAAMAhGIAAQAHRAHBcrBiQA==',
  ].join(''),
  'base64',
)
const tile = Buffer.from(
  [
    'AAADpygBrwnECDuAfXxlf32AITl1X//70p///DfvIfuzaHQcw8u401nh+vczF3QAAFuL/PPvdZT/fhD//mAsEA3/',
    '6jAaoABvAAADAASUovczF3QAAGQAAOwBA5VfL3ayjBBF6ZRdQ60mwgBmRPu/XmfSyzX9oGglv4EKBGXAF0pYQEEM',
    'AlszNvbA1dpK/mbQraaUx+W9Oc3o+e4A9VWcRBrFuUMrdwdd4V4dKQIuGdpcRFY57WEWL/3BTLkZP/ZKre4/PmoA',
    'AAMAAAMAAKmAkwAA/wAMIAASdIFK4GYayjBBF6ZRdQ60mwgFY6nEPEJmAyI4SqAXHIoQoEZcAXSlhAQQwCWzM29s',
    'DV2kr+ZtCtppTH5b05zej57gD1VZxEGsW5Qyt3B13hXh0pAi4Z2lxEVjntYRYv/cFMuRk/9kxD5572KQAAADAAAD',
    'ALqAhwAAAwAAAwAATNHxK4GYayjBBF6ZRdQ60mwgJ0E/Kayz6WWa/tA0Et/AhQIy4AulLCAghgEtmZt7YGrtJX8z',
    'aFbTSmPy3pzm9Hz3AHqqziINYtyhlbuDrvCvDpSBFwztLiIrHPawixf+4KZcjJ/7Jtbzz3sUgAAAAwAAJGDxghPJ',
    'cj//4K+Dv8Juj//d6DowSvE8s/uKFy0x+K1rrcuxoCku/QQ7hTcnPDH/7//gS0d/7OLHfuZn7f/8CWV0f/6lAE+v',
    'j+kWZ3D/4EsALcl/5j0teX/dUgg2Kh/GSRW3f1KaLqQAAAMAAAMAACt0TsUY3nfaAFMuIEhUC/oJoA42dlbRT4C/',
    'ACjnqZXzYgKkl71zdd1MBTQ1lhcABnDaWWEE0ygPaBW3VQ4Fw4VauDTAGNv+ZnH3rL6MTlzMlKIMevi4WoA2AzkI',
    'efKQ7SLiHWi3TXjADMffy39xrQAAAwAAAwAb0AAAAwAAAwABEOmPR3IVm/imTCcSvieLUzIAOKIcSTAX4AUc9TK+',
    'bEBUkveubrupgKaG8sLgAM4bSywgmmUB7QK26qHAuHDTVgb4Aq8FpT3CAqYGa15huMXd/19nC1AGwGchDz5SHaRc',
    'Q60W6a8YBbWD/Lf3GtAAAAMAAAMDHgAAAwAAAwADmAoWaD6LN/FMmE4lfE8WpmQAecYvEmAvwAo56mV82ICpJe9c',
    '3XdTAU0OBYXAAZw2llhBNMoD2gVt1UOBcOG27A3wBV4LSnuEBUwM1rzDcYu7/r7uFqANgM5CHnykO0i4h1ot014w',
    'C2sH+W/uNaAAAAMAAAiY',
  ].join(''),
  'base64',
)

export type HeicOptions = {
  /** Makes a grid of tiles, as cameras do; otherwise the image is one tile. */
  readonly grid?: Grid
  /** Further properties of the displayed image, in their order. */
  readonly properties?: readonly Box[]
  /** Size that the file declares, if it is not the true one. */
  readonly declared?: { readonly width: number; readonly height: number }
  /** EXIF, from its TIFF header on. */
  readonly exif?: Buffer
}

type Grid = {
  readonly columns: number
  readonly rows: number
  readonly width: number
  readonly height: number
}

/** Builds a HEIC from copies of one tile: ISO/IEC 23008-12. */
export function makeHeic({ grid, properties = [], declared, exif }: HeicOptions = {}): Buffer {
  const tiles = grid === undefined ? 1 : grid.columns * grid.rows
  const tileIds = Array.from({ length: tiles }, (_, index) => index + 1)
  const gridId = tiles + 1
  const exifId = tiles + 2
  const primary = grid === undefined ? 1 : gridId
  const body = grid === undefined ? Buffer.alloc(0) : makeGridBody(grid)
  const exifBody = exif === undefined ? Buffer.alloc(0) : Buffer.concat([numbers(4, 0), exif])
  const items = [
    ...tileIds.map((id) => ({ id, type: 'hvc1', at: 0, bytes: tile.length })),
    ...(grid ? [{ id: gridId, type: 'grid', at: tile.length, bytes: body.length }] : []),
    ...(exif
      ? [{ id: exifId, type: 'Exif', at: tile.length + body.length, bytes: exifBody.length }]
      : []),
  ]
  const size = declared ?? grid ?? { width: tileSide, height: tileSide }
  const container = [
    { name: 'hvcC', content: configuration },
    extents({ width: tileSide, height: tileSide }),
    extents(size),
    ...properties,
  ]
  const own = properties.map((_, index) => 4 + index)
  const associations = grid
    ? [...tileIds.map((id) => ({ id, indexes: [1, 2] })), { id: gridId, indexes: [3, ...own] }]
    : [{ id: 1, indexes: [1, 3, ...own] }]
  const parts = (mediaAt: number) => [
    full('hdlr', Buffer.concat([numbers(4, 0), Buffer.from('pict'), Buffer.alloc(13)])),
    full('pitm', numbers(2, primary)),
    full('iloc', locations(items.map((item) => ({ ...item, at: mediaAt + item.at })))),
    full('iinf', Buffer.concat([numbers(2, items.length), ...items.map(information)])),
    ...(grid
      ? [
          full(
            'iref',
            joinBox({
              name: 'dimg',
              content: Buffer.concat([numbers(2, gridId, tiles), numbers(2, ...tileIds)]),
            }),
          ),
        ]
      : []),
    joinBox({
      name: 'iprp',
      content: Buffer.concat([
        joinBox({ name: 'ipco', content: Buffer.concat(container.map(joinBox)) }),
        full(
          'ipma',
          Buffer.concat([numbers(4, associations.length), ...associations.map(associate)]),
        ),
      ]),
    }),
  ]
  const type = joinBox({ name: 'ftyp', content: Buffer.from('heic\0\0\0\0mif1heic', 'latin1') })
  const build = (mediaAt: number) =>
    Buffer.concat([type, full('meta', Buffer.concat(parts(mediaAt)))])
  const head = build(0)
  const media = joinBox({ name: 'mdat', content: Buffer.concat([tile, body, exifBody]) })
  return Buffer.concat([build(head.length + 8), media])
}

/** Rotates by steps of 90 degrees against the clock. */
export const rotation = (steps: number): Box => ({ name: 'irot', content: Buffer.from([steps]) })
/** Mirrors. 0: upside down, 1: left to right. */
export const mirror = (axis: 0 | 1): Box => ({ name: 'imir', content: Buffer.from([axis]) })
/** Declares an ICC profile. */
export const profile = (icc: Buffer): Box => ({
  name: 'colr',
  content: Buffer.concat([Buffer.from('prof'), icc]),
})
/** Crops to the middle. */
export const aperture = (width: number, height: number): Box => ({
  name: 'clap',
  content: numbers(4, width, 1, height, 1, 0, 1, 0, 1),
})

/** Encodes unsigned numbers of `bytes` bytes. */
function numbers(bytes: number, ...values: readonly number[]): Buffer {
  const content = Buffer.alloc(bytes * values.length)
  for (const [index, value] of values.entries()) content.writeUIntBE(value, index * bytes, bytes)
  return content
}

function full(name: string, content: Buffer, version = 0): Buffer {
  return joinBox({ name, content: Buffer.concat([numbers(1, version, 0, 0, 0), content]) })
}

function extents({ width, height }: { readonly width: number; readonly height: number }): Box {
  return { name: 'ispe', content: numbers(4, 0, width, height) }
}

/** Version, flags, rows and columns minus one, width and height of the result, of four bytes each. */
function makeGridBody({ columns, rows, width, height }: Grid): Buffer {
  return Buffer.concat([numbers(1, 0, 1, rows - 1, columns - 1), numbers(4, width, height)])
}

type Item = {
  readonly id: number
  readonly type: string
  readonly at: number
  readonly bytes: number
}

function locations(items: readonly Item[]): Buffer {
  const each = items.map(({ id, at, bytes }) =>
    Buffer.concat([numbers(2, id, 0, 1), numbers(4, at, bytes)]),
  )
  return Buffer.concat([numbers(1, 0x44, 0), numbers(2, items.length), ...each])
}

function information({ id, type }: Item): Buffer {
  return full('infe', Buffer.concat([numbers(2, id, 0), Buffer.from(type), Buffer.alloc(1)]), 2)
}

function associate({
  id,
  indexes,
}: {
  readonly id: number
  readonly indexes: readonly number[]
}): Buffer {
  return Buffer.concat([numbers(2, id), numbers(1, indexes.length, ...indexes)])
}
