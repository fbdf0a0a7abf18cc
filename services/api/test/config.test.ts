import { parseConfig } from '@iaas/common/config/load'
import { describe, expect, it } from '@jest/globals'
import { apiConfigSchema } from '../src/config.ts'

describe('the configuration of the api', () => {
  it('has no administrator where none is given', () => {
    const { admin } = parseConfig(apiConfigSchema, {}, { ADMIN_USER: '', ADMIN_PASSWORD: '' })
    expect(admin).toEqual({ user: undefined, password: undefined, readOnly: true })
  })

  it('refuses half of the credentials of an administrator, and shows no password', () => {
    const parse = (env: Record<string, string>) => () => parseConfig(apiConfigSchema, {}, env)
    expect(parse({ ADMIN_USER: 'admin' })).toThrow(/admin\.password \(ADMIN_PASSWORD\): needed/)
    expect(parse({ ADMIN_PASSWORD: 'hunter2' })).toThrow(/admin\.user \(ADMIN_USER\): needed/)
    expect(parse({ ADMIN_PASSWORD: 'hunter2' })).not.toThrow(/hunter2/)
  })

  it('T19 takes the secret before beside the present one, and refuses it alone', () => {
    const parse = (env: Record<string, string>) => parseConfig(apiConfigSchema, {}, env)
    const both = parse({ TOKEN_SECRET: 'new', TOKEN_SECRET_PREVIOUS: 'old' })
    expect(both.tokenSecrets).toEqual(['new', 'old'])
    expect(parse({ TOKEN_SECRET: 'new' }).tokenSecrets).toEqual(['new'])
    expect(parse({}).tokenSecrets).toEqual([])
    expect(() => parse({ TOKEN_SECRET_PREVIOUS: 'old', PORT: 'x' })).toThrow(
      /previous_secret \(TOKEN_SECRET_PREVIOUS\): needs `secret`/,
    )
  })

  it('writes the origins of uploads as browsers do, whose Origin has no slash, capitals or usual port', () => {
    const originsOf = (env: string) =>
      parseConfig(apiConfigSchema, {}, { UPLOAD_ORIGINS: env }).uploadOrigins
    expect(
      originsOf('https://Shop.Example/, http://shop.example:8080, https://a.example:443'),
    ).toEqual(['https://shop.example', 'http://shop.example:8080', 'https://a.example'])
    expect([originsOf(''), originsOf('*')]).toEqual([['*'], ['*']])
  })

  it('takes the origins of pages in apps and in extensions of browsers', () => {
    const origins = [
      'capacitor://localhost',
      'chrome-extension://abcdefghijklmnop',
      'tauri://localhost',
    ]
    expect(parseConfig(apiConfigSchema, { upload_origins: origins }, {}).uploadOrigins).toEqual(
      origins,
    )
  })

  it.each([
    'shop.example',
    'shop.example:8080',
    'https://shop.example/upload',
    'https://shop.example?x=1',
    'https://user@shop.example',
    'https://*.shop.example',
    'ftp://shop.example',
    'file:///srv/page.html',
    'capacitor://localhost/upload',
    'null',
    '',
  ])('refuses "%s" as an origin of uploads: no page could ever have it', (origin) => {
    const parse = () => parseConfig(apiConfigSchema, { upload_origins: ['*', origin] }, {})
    expect(parse).toThrow(`upload_origins (UPLOAD_ORIGINS): "${origin}" is neither * nor an origin`)
  })

  const bounds = { max_width: 1000, max_height: 500 }
  const parseOffer = (offer: Record<string, readonly string[]>) =>
    parseConfig(apiConfigSchema, { offer, constraints: bounds }, {}).offer

  it.each([
    [{ widths: ['1001', '2000'] }, /offer\.widths .*: all .* `constraints\.max_width`/],
    [{ sizes: ['9x501'] }, /offer\.sizes .*: 9x501 .* `constraints\.max_width` .* `max_height`/],
    [
      { sizes: ['300x200', '400x200'], widths: ['400'] },
      /offer\.sizes .*: 300x200 .* `offer\.widths` .* 400x267/,
    ],
  ])('refuses %j, which could never be had, and names the keys', (offer, message) => {
    expect(() => parseOffer(offer)).toThrow(message)
  })

  it('lets widths and sizes be offered that lead to each other', () => {
    const offer = { sizes: ['300x200', '400x267', '1000x500'], widths: ['400', '1000', '1600'] }
    expect(parseOffer(offer)).toEqual({
      widths: [400, 1000, 1600],
      sizes: [
        { width: 300, height: 200 },
        { width: 400, height: 267 },
        { width: 1000, height: 500 },
      ],
    })
  })

  it('tells of offers that cannot be had beside all other mistakes', () => {
    const parse = () => parseConfig(apiConfigSchema, {}, { PORT: 'http', OFFERED_WIDTHS: '2400' })
    expect(parse).toThrow(/PORT[^]*OFFERED_WIDTHS/)
  })
})
