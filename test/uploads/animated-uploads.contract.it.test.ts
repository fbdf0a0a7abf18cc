import { describe, expect, it } from '@jest/globals'
import { makeGif } from '@iaas/testing/images/make-gif'
import { makeLongGif } from '@iaas/testing/images/make-long-gif'
import { ask, getToken, json, upload } from '../support/http.ts'
import { startTarget } from '../support/target.ts'

async function send(base: string, id: string, image: Buffer) {
  return upload(base, id, await getToken(base, id), image)
}

describe('an animated upload', () => {
  it('T54 is accepted in any length, with a warning where no variant can show all of it', async () => {
    await using target = await startTarget()
    const long = await send(target.base, 'long', makeLongGif(301))
    expect([long.status, json(long)['warnings']]).toEqual([200, ['animation-too-long']])
    const short = await send(target.base, 'short', makeLongGif(300))
    expect([short.status, json(short)['warnings']]).toEqual([200, undefined])
    expect((await ask(target.base, '/long_10_10.jpg')).status).toBe(200)
    const { headers } = await ask(target.base, '/long_10_10.gif')
    expect(headers['x-image-info']).toBe('animation-too-long')
  })

  it('T54 is 413 beyond animation.max_original_megapixels, however its frames lie on the screen', async () => {
    const config = { animation: { max_original_megapixels: 1 } }
    await using target = await startTarget({ config })
    const part = { left: 3, top: 3, width: 4, height: 4 }
    const inside = { width: 500, height: 500, palette: [[1, 2, 3]] } as const
    const frames = (count: number) => Array.from({ length: count }, () => part)
    const statuses = []
    for (const [id, image] of [
      ['four', makeGif({ ...inside, frames: frames(4) })],
      ['five', makeGif({ ...inside, frames: frames(5) })],
      ['long', makeLongGif(2501)],
      ['still', makeGif({ ...inside, width: 1500, height: 1500, frames: frames(1) })],
    ] as const) {
      const answer = await send(target.base, id, image)
      statuses.push([id, answer.status, json(answer)['type']])
    }
    const tooLarge = 'urn:iaas:problem:image-too-large'
    expect(statuses).toEqual([
      ['four', 200, undefined],
      ['five', 413, tooLarge],
      ['long', 413, tooLarge],
      ['still', 200, undefined],
    ])
  })
})
