import { ConfigError } from '@iaas/common/config/config-error'
import { type Environment, parseConfig } from '@iaas/common/config/load'
import { describe, expect, it } from '@jest/globals'
import { standaloneConfigSchema } from '../src/config.ts'

type Files = Readonly<Record<string, unknown>>

function problemsOf(files: Files, env: Environment): readonly string[] {
  try {
    parseConfig(standaloneConfigSchema, files, env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

/** What is configured, and what its one problem must name. */
type Broken = readonly [name: string, broken: Environment]

const ofEnvironment: readonly Broken[] = [
  ['PORT', { PORT: 'http' }],
  ['PORT', { PORT: '65536' }],
  ['PORT', { PORT: '-1' }],
  ['PORT', { PORT: '80.5' }],
  ['PORT', { PORT: '0x10' }],
  ['BLUR_SIGMA', { BLUR_SIGMA: '1e1' }],
  ['ADMIN_PORT', { ADMIN_PORT: 'none' }],
  ['ADMIN_READ_ONLY', { ADMIN_READ_ONLY: 'yes' }],
  ['admin.password', { ADMIN_USER: 'me' }],
  ['admin.user', { ADMIN_PASSWORD: 'long enough' }],
  ['RENDERS_PER_CLIENT', { RENDERS_PER_CLIENT: '-1' }],
  ['RENDERS_PER_ORIGINAL', { RENDERS_PER_ORIGINAL: 'many' }],
  ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '-2' }],
  ['OFFERED_WIDTHS', { OFFERED_WIDTHS: '100,wide' }],
  ['OFFERED_WIDTHS', { OFFERED_WIDTHS: '2400,3200' }],
  ['OFFERED_SIZES', { OFFERED_SIZES: '400*300' }],
  ['OFFERED_SIZES', { OFFERED_SIZES: '400x300,2400x1600' }],
  ['OFFERED_SIZES', { OFFERED_SIZES: '300x200', OFFERED_WIDTHS: '400' }],
  ['UPLOAD_ORIGINS', { UPLOAD_ORIGINS: 'shop.example' }],
  ['BLUR_SIGMA', { BLUR_SIGMA: 'very' }],
  ['RENDERER_URL', { RENDERER_URL: 'renderer:1340' }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://user:secret@host/db' }],
  ['DATABASE_URL', { DATABASE_URL: 'not an address, secret' }],
  ['DATABASE_URL_FILE', { DATABASE_URL_FILE: '/nowhere/at/all' }],
  ['REDIS_URL', { REDIS_URL: 'http://:secret@host' }],
  ['aws.secret_key', { AWS_ACCESS_KEY_ID: 'id' }],
  ['aws.access_key', { AWS_SECRET_ACCESS_KEY: 'secret' }],
  ['aws.access_key', { AWS_SESSION_TOKEN: 'token' }],
  ['aws.cache_host', { S3_BUCKET: 'bucket' }],
  ['S3_ENDPOINT', { S3_ENDPOINT: 's3.example' }],
  ['CACHE_HOST', { CACHE_HOST: 'cdn.example' }],
  ['CDNS', { CDNS: 'cloudfront' }],
  ['EDGE_PURGE_SECRET', { EDGE_PURGE_SECRET: 'short' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ['LOG_FORMAT', { LOG_FORMAT: 'loud' }],
  ['UPLOADER_CONCURRENCY', { UPLOADER_CONCURRENCY: '0' }],
  ['CHECKS_PER_MINUTE', { CHECKS_PER_MINUTE: '-1' }],
  ['TOKEN_SECRET_FILE', { TOKEN_SECRET_FILE: '/nowhere/at/all' }],
]

const ofFiles: readonly (readonly [name: string, files: Files])[] = [
  ['allow_indexing', { allow_indexing: 'perhaps' }],
  ['redirect_cache_timeout', { redirect_cache_timeout: -1 }],
  ['constraints.max_width', { constraints: { max_width: 'wide' } }],
  ['constraints.max_height', { constraints: { max_height: 0 } }],
  ['constraints.max_input', { constraints: { max_input: -30 } }],
  ['constraints.max_on_disk', { constraints: { max_on_disk: null } }],
  ['constraints.max_upload_bytes', { constraints: { max_upload_bytes: 1.5 } }],
  ['webp.allow_opt_in', { webp: { allow_opt_in: 1 } }],
  ['timeout.conversion', { timeout: { conversion: -1 } }],
  ['renderer.queue', { renderer: { queue: -1 } }],
  ['renderer.memory', { renderer: { memory: 1 } }],
  ['postgresql.pool', { postgresql: { pool: 0 } }],
  ['postgresql.host', { postgresql: { host: 'db:5433', database: 'images' } }],
  ['postgresql.port', { postgresql: { port: 99_999 } }],
  ['spool.max_age', { spool: { max_age: 1 } }],
  ['spool.max_jobs', { spool: { max_jobs: -1 } }],
  ['aws', { aws: 'none' }],
  ['cdns.0', { cdns: [{ type: 'akamai' }] }],
  ['cdns.0.hosts', { cdns: [{ type: 'cloudflare', zone: 'a', hosts: [] }] }],
  ['cdns.1.name', { cdns: [1, 2].map((id) => ({ type: 'fastly', service: `${id}` })) }],
  ['presets.card', { presets: { card: '400x' } }],
  ['presets.card', { presets: { card: '400x300?fit=stretch' } }],
  ['presets.card', { presets: { card: '400x300?fitt=crop' } }],
  ['presets.card', { presets: { card: 400 } }],
  ['presets.Card', { presets: { Card: '400x300' } }],
  ['presets.card', { presets: { card: '2400x300' } }],
  ['presets.card', { presets: { card: '400x300' }, offer: { sizes: ['300x200'] } }],
  ['presets.card', { presets: { card: '400x300', only: true }, offer: { widths: [500] } }],
  ['presets.only', { presets: { only: 'perhaps' } }],
  ['presets.card', { presets: { card: '400x300?watermark=logo' } }],
  ['watermarks.logo', { watermarks: { logo: {} } }],
  ['watermarks.logo', { watermarks: { logo: 'logo.png' } }],
  ['watermarks.logo', { watermarks: { logo: { file: 'a.png', original: 'a' } } }],
  ['watermarks.logo.original', { watermarks: { logo: { original: '' } } }],
  ['watermarks.logo.gravity', { watermarks: { logo: { original: 'a', gravity: 'smart' } } }],
  ['watermarks.logo.opacity', { watermarks: { logo: { original: 'a', opacity: 2 } } }],
  ['watermarks.logo.scale', { watermarks: { logo: { original: 'a', scale: 0 } } }],
  ['watermarks.logo.margin', { watermarks: { logo: { original: 'a', margin: 501 } } }],
  ['watermarks.logo', { watermarks: { logo: { original: 'a', color: 'red' } } }],
  ['presets.card', { presets: { card: '400x300?text=a&text_font=brand' } }],
  ['fonts.brand', { fonts: { brand: '' } }],
  ['fonts.brand', { fonts: { brand: { file: 'a.ttf' } } }],
  ['fonts.Brand', { fonts: { Brand: 'a.ttf' } }],
  ['watermarks.Logo', { watermarks: { Logo: { original: 'a' } } }],
]

describe('a configuration that is broken', () => {
  it.each(ofEnvironment)('F26 in %s is refused by that name: %j', (name, env) => {
    const problems = problemsOf({}, env)
    expect(problems).toEqual([expect.stringContaining(name)])
    expect(problems.join()).not.toContain('secret@')
  })

  it.each(ofFiles)('F26 in the file, %s, is refused by that name: %j', (name, files) => {
    expect(problemsOf(files, {})).toEqual([expect.stringContaining(name)])
  })

  it('F26 in several presets is told at once', () => {
    const presets = { card: '400x', icon: '?preset=card', fine: '4x3', soft: '' }
    expect(problemsOf({ presets }, {})).toEqual([
      expect.stringContaining('presets.card'),
      expect.stringContaining('presets.icon'),
      expect.stringContaining('presets.soft'),
    ])
  })

  it('F26 in forty ways and more is tried here', () => {
    expect(ofEnvironment.length + ofFiles.length).toBeGreaterThanOrEqual(40)
  })
})
