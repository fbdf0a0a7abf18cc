import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Apis, provideApis } from '../support/apis.ts'
import { listFiles } from '../support/files.ts'
import { type Answer, ask, json, postToken, store, upload } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { colourOf, getReplacementToken, makeColour, replace } from './_replace.ts'

describe('an image that is replaced, behind two apis', () => {
  let apis: Apis
  let stacks: readonly [Stack, Stack]
  let red: Buffer
  let blue: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    stacks = [await apis.start(), await apis.start()]
    red = await makeColour('#f00')
    blue = await makeColour('#00f')
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const base = () => stacks[0].base
  const see = async (path: string) =>
    Promise.all(stacks.map(async (stack) => colourOf(await ask(stack.base, path))))
  const typeOf = (answer: Answer) => [
    answer.status,
    String(json(answer)['type']).replace('urn:iaas:problem:', ''),
  ]

  it('R74 is served as it was until the upload is complete, and on every api as it is from then on', async () => {
    const id = await store(base(), 'photo', red)
    const paths = ['/photo.jpg', '/photo_20_20.jpg', '/photo_30_0.webp', '/photo_20_20.jpg?v=1']
    for (const path of paths) expect(await see(path)).toEqual(['red', 'red'])
    const first = json(await ask(base(), '/photo.json'))
    const token = await getReplacementToken(base(), id)
    for (const path of paths) expect(await see(path)).toEqual(['red', 'red'])
    const answer = await upload(base(), id, token, blue)
    expect([answer.status, json(answer)['warnings']]).toEqual([200, undefined])
    for (const path of paths) expect(await see(path)).toEqual(['blue', 'blue'])
    const second = json(await ask(stacks[1].base, '/photo.json'))
    expect(second['average_color']).not.toEqual(first['average_color'])
    expect(json(answer)['version']).toMatch(/^[\da-z.]+$/)
    expect(typeOf(await upload(base(), id, token, red))).toEqual([403, 'token-invalid'])
    const again = await replace(stacks[1].base, id, red)
    expect(json(again)['version']).not.toBe(json(answer)['version'])
    for (const path of paths) expect(await see(path)).toEqual(['red', 'red'])
  })

  it('has the focal point of its version, which the upload may give', async () => {
    const id = await store(base(), 'focal', red)
    const pointOf = async () => json(await ask(base(), `/${id}.json`))['focal_point']
    await replace(base(), id, blue, '?focal=0.1,0.2')
    expect(await pointOf()).toEqual({ x: 0.1, y: 0.2 })
    await replace(base(), id, red)
    expect(await pointOf()).toBeNull()
    const files = await listFiles(`${apis.dataDir}/originals`)
    expect(files.filter((file) => file.includes('_focal/'))).toEqual([])
  })

  it('gets a token only if it is there, and one at a time', async () => {
    await store(base(), 'there', red)
    const ask_ = (body: unknown) => postToken(base(), body)
    expect(typeOf(await ask_({ id: 'not there', replace: true }))).toEqual([
      404,
      'original-not-found',
    ])
    expect(typeOf(await ask_({ id: 'there', replace: 'yes' }))).toEqual([
      400,
      'invalid-token-request',
    ])
    expect(typeOf(await ask_({ id: 'there', replace: false }))).toEqual([403, 'id-taken'])
    await getReplacementToken(base(), 'there')
    const pending = await ask_({ id: 'there', replace: true })
    expect(typeOf(pending)).toEqual([403, 'token-pending'])
    expect(Number(pending.headers['retry-after'])).toBeGreaterThan(14 * 60)
  })

  it('R74 stays as it is after an upload that is refused, and may be replaced at once', async () => {
    const id = await store(base(), 'refused', red)
    const refused = await replace(base(), id, Buffer.from('no image'), '?focal=0.1,0.2')
    expect(typeOf(refused)).toEqual([415, 'image-unsupported'])
    expect(await see('/refused_20_20.jpg')).toEqual(['red', 'red'])
    expect((await replace(base(), id, blue)).status).toBe(200)
    expect(await see('/refused_20_20.jpg')).toEqual(['blue', 'blue'])
    expect(
      (await query(apis.databaseUrl, `SELECT 1 FROM replacements WHERE image_id = '${id}'`))
        .rowCount,
    ).toBe(0)
  })

  it('T70 is not brought back by a token that was issued before it was deleted', async () => {
    const id = parseImageId(await store(base(), 'deleted', red))
    const token = await getReplacementToken(base(), id)
    const originals = createDiskOriginalStore({ dir: `${apis.dataDir}/originals` })
    await originals.delete(id, { keepGone: true })
    expect(typeOf(await upload(base(), id, token, blue))).toEqual([410, 'original-gone'])
    expect(typeOf(await postToken(base(), { id, replace: true }))).toEqual([410, 'original-gone'])
    expect(await see('/deleted_20_20.jpg')).toEqual(['status 410', 'status 410'])
  })

  it('R74 is answered without an error, and as it is, while it is rendered and replaced all the time', async () => {
    const id = await store(base(), 'busy', red)
    const images = [blue, red]
    const wrong: unknown[] = []
    const end = new AbortController()
    // The colour is undefined while the image is being replaced: both versions are right.
    let phase: { readonly colour: string | undefined } = { colour: 'red' }
    let seen = 0
    const watch = async ({ base: from }: Stack, lane: number) => {
      for (let width = 1; !end.signal.aborted; width += 1) {
        const before = phase
        const colour = await colourOf(await ask(from, `/busy_${(width % 60) + 1}_${lane}.jpg`))
        seen += 1
        const isKnown = before === phase && before.colour !== undefined
        if (colour.startsWith('status') || (isKnown && colour !== before.colour))
          wrong.push({ colour, before: before.colour })
      }
    }
    const watching = [...stacks, ...stacks].map((stack, lane) => watch(stack, lane + 5))
    for (let round = 0; round < 6; round += 1) {
      const before = seen
      phase = { colour: undefined }
      const answer = await replace(stacks[round % 2]?.base ?? '', id, images[round % 2] as Buffer)
      expect([answer.status, json(answer)['warnings']]).toEqual([200, undefined])
      phase = { colour: round % 2 === 0 ? 'blue' : 'red' }
      await until(() => seen >= before + 12)
    }
    end.abort()
    await Promise.all(watching)
    expect(wrong).toEqual([])
  }, 120_000)
})
