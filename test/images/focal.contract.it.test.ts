import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { ask, getToken, json, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

/** Draws an image of 600 x 400 px, red on the left and blue on the right. */
function drawHalves(): Promise<Buffer> {
  const blue = { width: 300, height: 400, channels: 3, background: '#0000ff' } as const
  return sharp({ create: { ...blue, width: 600, background: '#ff0000' } })
    .composite([{ input: { create: blue }, left: 300, top: 0 }])
    .png()
    .toBuffer()
}

describe('the focal point', () => {
  let target: Target
  let image: Buffer

  beforeAll(async () => {
    target = await startTarget()
    image = await drawHalves()
    await store(target.base, 'unset', image)
    for (const [id, point] of [
      ['left', '0.1,0.5'],
      ['right', '0.9,0.25'],
    ] as const) {
      const answer = await upload(
        target.base,
        id,
        await getToken(target.base, id),
        image,
        `?focal=${point}`,
      )
      expect([answer.status, json(answer)['focal_point']]).toEqual([200, toPoint(point)])
    }
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  const toPoint = (text: string) => {
    const [x, y] = text.split(',').map(Number)
    return { x, y }
  }

  /** Names the colours at the left and the right edge of a variant. */
  async function look(path: string): Promise<string> {
    const answer = await ask(target.base, path)
    expect([path, answer.status]).toEqual([path, 200])
    const { data, info } = await sharp(answer.body)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return [2, info.width - 3].map((x) => ((data[3 * x] ?? 0) > 128 ? 'red' : 'blue')).join(' ')
  }

  it('is kept in a crop with gravity=focal, wherever it is', async () => {
    expect(await look('/left_100_200.png?fit=crop&gravity=focal')).toBe('red red')
    expect(await look('/right_100_200.png?fit=crop&gravity=focal')).toBe('blue blue')
    expect(await look('/right_100_200.jpg?fit=crop&gravity=focal&flip=horizontal')).toBe(
      'blue blue',
    )
    expect(await look('/right_50_200_2x.webp?fit=crop&gravity=focal')).toBe('blue blue')
  })

  it('is the centre where none is set, and on a canvas', async () => {
    expect(await look('/unset_100_200.png?fit=crop&gravity=focal')).toBe('red blue')
    const [focal, centred] = await Promise.all(
      ['&gravity=focal', ''].map((end) => ask(target.base, `/left_99_99.png?fit=canvas${end}`)),
    )
    expect(focal?.headers.etag).toBe(centred?.headers.etag)
  })

  it('is told with the facts about the original', async () => {
    const points = await Promise.all(
      ['left', 'right', 'unset'].map(async (id) => {
        const facts = json(await ask(target.base, `/${id}.json`))
        return facts['focal_point']
      }),
    )
    expect(points).toEqual([{ x: 0.1, y: 0.5 }, { x: 0.9, y: 0.25 }, null])
  })

  it.each(['2,0', '0.5', 'center', '0.5,0.5&focal=0.5,0.5', '%00', '0.5,NaN'])(
    'T53 is refused as ?focal=%s: the option is named and nothing is stored',
    async (value) => {
      const token = await getToken(target.base, 'refused')
      const answer = await upload(target.base, 'refused', token, image, `?focal=${value}`)
      expect([answer.status, json(answer)['type']]).toEqual([
        400,
        'urn:iaas:problem:invalid-option',
      ])
      expect(json(answer)['detail']).toContain('"focal"')
      expect((await ask(target.base, '/refused.json')).status).toBe(404)
    },
  )

  it('belongs to the part that an upload is cropped to', async () => {
    const query = '?x=300&y=0&width=300&height=400&focal=0,0.5'
    const token = await getToken(target.base, 'part')
    expect((await upload(target.base, 'part', token, image, query)).status).toBe(200)
    expect(json(await ask(target.base, '/part.json'))['focal_point']).toEqual({ x: 0, y: 0.5 })
  })
})
