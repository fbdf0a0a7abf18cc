import { once } from 'node:events'
import { createServer } from 'node:net'
import { deflateSync } from 'node:zlib'
import { makeChunk } from '@iaas/testing/images/bombs'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { ask, getToken, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const marker = 'marker-of-whoever-took-it'
const formats = ['jpg', 'png', 'webp'] as const

describe('what is hidden in an image', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget()
  })
  afterAll(() => target[Symbol.asyncDispose]())

  const render = (id: string, box: string) => ask(target.base, `/${encodeURIComponent(id)}_${box}`)
  const tryToStore = async (id: string, image: Buffer) =>
    (await upload(target.base, id, await getToken(target.base, id), image)).status

  const xmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${marker}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

  async function makeTelling(format: 'jpeg' | 'png' | 'webp' | 'tiff'): Promise<Buffer> {
    const image = sharp(await makePhoto({ width: 80, height: 60, format: 'png' }))
      .withExif({
        IFD0: { Artist: marker, Copyright: marker },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' },
      })
      .withXmp(xmp)
    return image.toFormat(format).toBuffer()
  }

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)(
    'T16 position, camera and author of a %s are in no rendition of it',
    async (format) => {
      const telling = await makeTelling(format)
      expect(telling.includes(marker)).toBe(true)
      const id = await store(target.base, `telling ${format}`, telling)
      for (const output of formats) {
        for (const options of ['', '?fit=crop', '?fit=canvas&blur=true']) {
          const { status, body } = await render(id, `40_40.${output}${options}`)
          expect(status).toBe(200)
          const { exif, xmp: kept, iptc } = await sharp(body).metadata()
          expect([exif, kept, iptc]).toEqual([undefined, undefined, undefined])
          for (const text of [marker, 'Exif\0', 'GPS', 'xmpmeta']) {
            expect(body.includes(text)).toBe(false)
          }
        }
      }
    },
  )

  it('T17 a colour profile of 60 MB when unpacked costs nothing, and is in no rendition', async () => {
    const plain = await makePhoto({ width: 80, height: 60, format: 'png' })
    const profile = Buffer.concat([
      Buffer.from('bomb\0\0', 'latin1'),
      deflateSync(Buffer.alloc(60_000_000), { level: 9 }),
    ])
    // After the header: 8 bytes of signature, 25 of IHDR.
    const bomb = Buffer.concat([
      plain.subarray(0, 33),
      makeChunk('iCCP', profile),
      plain.subarray(33),
    ])
    const startedAt = performance.now()
    const status = await tryToStore('profile', bomb)
    expect([200, 413, 415]).toContain(status)
    if (status === 200) {
      const { body } = await render('profile', '40_40.png')
      expect((await sharp(body).metadata()).icc).toBeUndefined()
    }
    expect(performance.now() - startedAt).toBeLessThan(20_000)
  })

  it('T17 renditions are sRGB, whatever the colours of the original', async () => {
    const wide = await sharp(await makePhoto({ width: 80, height: 60, format: 'png' }))
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()
    const inks = await makePhoto({ width: 80, height: 60, format: 'jpeg', cmyk: true })
    for (const [id, image] of Object.entries({ wide, inks })) {
      await store(target.base, id, image)
      for (const output of formats) {
        const facts = await sharp((await render(id, `40_40.${output}`)).body).metadata()
        expect([facts.space, facts.icc]).toEqual(['srgb', undefined])
      }
    }
  })

  it('T15 nothing that an image names is fetched', async () => {
    let connections = 0
    const canary = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(canary, 'listening')
    const { port } = canary.address() as { port: number }
    const address = `http://127.0.0.1:${port}/canary`
    const open =
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
    const vectors = [
      `${open}<image xlink:href="${address}" width="9" height="9"/></svg>`,
      `${open}<style>@import url("${address}");</style></svg>`,
      `<?xml version="1.0"?><!DOCTYPE svg SYSTEM "${address}">${open}</svg>`,
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${address}">]>${open}<text>&x;</text></svg>`,
      `<?xml-stylesheet href="${address}"?>${open}</svg>`,
      `<!DOCTYPE svg [<!ENTITY a "a"><!ENTITY b "${'&a;'.repeat(1000)}">]>${open}<text>${'&b;'.repeat(1000)}</text></svg>`,
    ]
    for (const [index, vector] of vectors.entries()) {
      expect(await tryToStore(`vector ${index}`, Buffer.from(vector))).toBe(415)
    }
    const entity = `<!DOCTYPE x [<!ENTITY x SYSTEM "${address}">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&x;</x:xmpmeta>`
    const photo = await sharp(await makePhoto({ width: 80, height: 60, format: 'png' }))
      .withXmp(entity)
      .jpeg()
      .toBuffer()
    await store(target.base, 'naming', photo)
    expect((await render('naming', '40_40.png')).status).toBe(200)
    expect(connections).toBe(0)
    canary.close()
  })

  it('T14 of an animation of many frames one is read, and one is rendered', async () => {
    const gif = await makeAnimatedGif(100, 80, 400)
    const webp = await sharp(gif, { animated: true }).webp({ effort: 0 }).toBuffer()
    for (const [id, animation] of Object.entries({ gif, webp })) {
      expect((await sharp(animation).metadata()).pages).toBeGreaterThan(40)
      const startedAt = performance.now()
      await store(target.base, `animated ${id}`, animation)
      for (const output of formats) {
        const facts = await sharp(
          (await render(`animated ${id}`, `50_40.${output}`)).body,
        ).metadata()
        expect([facts.width, facts.height, facts.pages ?? 1]).toEqual([50, 40, 1])
      }
      expect(performance.now() - startedAt).toBeLessThan(20_000)
    }
  })
})
