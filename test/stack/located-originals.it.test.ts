import { makePhoto } from '@iaas/testing/images/make-photo'
import { expect, it } from '@jest/globals'
import sharp from 'sharp'
import { getToken, json, upload } from '../support/http.ts'
import { startStack } from '../support/stack.ts'

it('T37 the answer to an upload warns of a place that everybody can read, and of none that is removed', async () => {
  await using stripping = await startStack({ env: { STRIP_METADATA: 'true' } })
  await using plain = await startStack()
  expect(plain.output()).toContain('Originals are public')
  expect(stripping.output()).not.toContain('Originals are public')
  const tags = { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' }
  const pixels = await makePhoto({ width: 60, height: 40, format: 'png' })
  const located = await sharp(pixels).withExif({ IFD3: tags }).jpeg().toBuffer()
  const plainPhoto = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  const send = async (base: string, id: string, image: Buffer) =>
    json(await upload(base, id, await getToken(base, id), image))
  expect(await send(plain.base, 'located', located)).toMatchObject({ warnings: ['location'] })
  expect(await send(plain.base, 'plain', plainPhoto)).not.toHaveProperty('warnings')
  expect(await send(stripping.base, 'located', located)).not.toHaveProperty('warnings')
})
