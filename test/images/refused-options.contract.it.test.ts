import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, json } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTargetWithPhoto } from './_photo.ts'

describe('options and sizes that are refused', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTargetWithPhoto()
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it.each([
    'fit=fill',
    'fit=',
    'fit=crop&fit=crop',
    'blur=yes',
    'quality=-1',
    'quality=101',
    'quality=75.5',
    'quality=1e1',
    'quality=%2075',
    'quality=NaN',
    'quality=',
    'quality=1&quality=2',
    'gravity=middle',
    'blur=101',
    'padding=1,2',
    'padding=1000',
    'background=red',
    'hue=360',
    'frame=100000',
    'frame=-1',
    'frame=1.0',
    'frame=1&frame=1',
    'gravity=0.5,1.5',
    'gravity=0.12345,0',
    'enlarge=no',
    'rect=1,2,3',
    'rect=0,0,0,9',
    'rotate=45',
    'flip=yes',
    'text=',
    'text=a%0Ab',
    'text=%ff',
    'text_size=3',
    'text_color=red',
    'text_background=transparent',
    'text_gravity=smart',
    'allow_webp=maybe',
    'proxy=1',
  ])('?%s is 400 and names the option', async (query) => {
    const answer = await ask(target.base, `/photo_50_50.jpg?${query}`)
    expect(answer.status).toBe(400)
    expect(json(answer)['detail']).toContain(`"${query.split('=')[0]}"`)
  })

  it.each([
    'fit[x]=1',
    '__proto__[a]=1',
    'constructor[prototype]=1',
    'width=3',
    'foo=1&foo=2',
    '%FF=%FF',
    '&&=&',
  ])('?%s is ignored', async (query) => {
    expect((await ask(target.base, `/photo_50_50.jpg?proxy=true&${query}`)).status).toBe(200)
  })

  it.each([
    '0_0',
    '0_0_2x',
    '-1_100',
    '1e3_100',
    '1.5_100',
    '0x10_100',
    '00100_100',
    '+5_100',
    '99999999999_1',
    '100_100_0x',
    '100_100_100x',
    '100_100_999999x',
    '100_100_1.5x',
  ])('the size %s is 400', async (size) => {
    const answer = await ask(target.base, `/photo_${size}.jpg`)
    expect([answer.status, answer.headers['content-type']]).toEqual([
      400,
      'application/problem+json',
    ])
  })
})
