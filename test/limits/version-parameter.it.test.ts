import { createUrlSigner } from '@iaas/api/signing/url-signer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Apis, provideApis } from '../support/apis.ts'
import { type Answer, ask, store } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { makeColour } from '../uploads/_replace.ts'

const key = 'a signing key of the tests'

describe('v in an address', () => {
  let apis: Apis
  beforeAll(async () => {
    apis = await provideApis()
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  async function start(config: unknown): Promise<Stack> {
    return apis.start({ NODE_CONFIG: JSON.stringify(config) })
  }
  const tagOf = ({ status, headers }: Answer) => [status, headers.etag]

  it('is ignored, whatever text it has and however often it is given', async () => {
    const { base } = await start({})
    await store(base, 'plain', await makeColour('#f00'))
    for (const path of ['/plain.jpg', '/plain_20_20.jpg', '/plain.json']) {
      const plain = await ask(base, path)
      expect(plain.status).toBe(200)
      for (const text of ['v=1', 'v=', 'v', 'v=1&v=2', 'v=%00%22%0d%0a', `v=${'x'.repeat(2000)}`]) {
        expect(tagOf(await ask(base, `${path}?${text}`))).toEqual(tagOf(plain))
      }
    }
  })

  it('is kept by a redirect within the bounds, whose target a browser may remember', async () => {
    const { base } = await start({ offer: { widths: [40, 80] } })
    await store(base, 'offered', await makeColour('#f00', 100))
    const redirect = async (path: string) => (await ask(base, path)).headers.location
    expect(await redirect('/offered_30_0.jpg')).toBe('/offered_40_0.jpg')
    expect(await redirect('/offered_30_0.jpg?v=a%20%26b')).toBe('/offered_40_0.jpg?v=a%20%26b')
    expect(await redirect('/offered_30_0.jpg?v=2&blur=true')).toBe(
      '/offered_40_0.jpg?blur=true&v=2',
    )
    expect((await ask(base, '/offered_40_0.jpg?v=2')).status).toBe(200)
  })

  it('is signed with the rest of the address, also in a redirect within the bounds', async () => {
    const { base } = await start({ signing: { keys: [key] }, offer: { widths: [40, 80] } })
    const signer = createUrlSigner([key], Date.now)
    const sign = (address: string) => signer.sign(address)
    await store(base, 'signed', await makeColour('#f00', 100))
    expect((await ask(base, sign('/signed_40_0.jpg?v=2'))).status).toBe(200)
    expect((await ask(base, `${sign('/signed_40_0.jpg')}&v=2`)).status).toBe(403)
    expect((await ask(base, sign('/signed_40_0.jpg?v=2').replace('v=2', 'v=3'))).status).toBe(403)
    const { headers } = await ask(base, sign('/signed_30_0.jpg?v=2'))
    expect(headers.location).toBe(sign('/signed_40_0.jpg?v=2'))
  })

  it('is permitted where only presets are', async () => {
    const presets = { card: '20x20' }
    const { base } = await start({ presets: { only: true, ...presets } })
    await store(base, 'preset', await makeColour('#f00'))
    expect((await ask(base, '/_preset/card/preset.jpg?v=2')).status).toBe(200)
    expect((await ask(base, '/preset_20_20.jpg?v=2')).status).toBe(403)
  })
})
