import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'

/** The configuration of the edge, which test/containers runs where there is an engine. */
const file = join(import.meta.dirname, '..', '..', 'deploy', 'edge', 'default.conf.template')
const config = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '')

/** The directives of a location of the public server. */
function locationOf(address: string): string {
  const start = config.indexOf(`location ${address} {`, config.indexOf('listen 8080;'))
  expect(start).toBeGreaterThan(0)
  return config.slice(start, config.indexOf('\n    }', start))
}

function valuesOf(directive: string, block: string): readonly string[] {
  const [, values = ''] = new RegExp(`^\\s*${directive} ([^;]*);`, 'm').exec(block) ?? []
  return values.split(' ')
}

describe('the edge', () => {
  it('R36 answers with what it had only while no api answers, and never to a signed address', () => {
    const images = locationOf('/')
    const whenAway = ['error', 'timeout', 'http_500', 'http_502', 'http_503', 'http_504']
    expect(valuesOf('proxy_cache_use_stale', images)).toEqual(whenAway)
    expect(valuesOf('proxy_cache_bypass', images)).toContain('$is_signed')
    expect(valuesOf('proxy_no_cache', images)).toEqual(['$is_signed', '$is_withheld'])
    // A refusal replaces what was kept before.
    expect(images).toMatch(/proxy_cache_valid .*403 404 .*1s;/)
  })

  it('T61 keeps nothing of the management API, and buffers no body of it', () => {
    const api = locationOf('^~ /_api')
    expect(api).not.toContain('proxy_cache')
    expect(valuesOf('proxy_request_buffering', api)).toEqual(['off'])
    expect(valuesOf('error_page 418 =', api)).toEqual(['@upload'])
  })

  it.each([
    ['s=abc', true],
    ['fit=crop&expires=1&s=abc', true],
    ['expires=1', true],
    ['fit=crop&quality=5', false],
    ['sizes=1&xs=2', false],
  ])('R36 takes the query %s for signed: %s', (query, isSigned) => {
    const [, pattern = ''] = /map \$args \$is_signed \{[^"]*"~([^"]*)"/.exec(config) ?? []
    expect(new RegExp(pattern).test(query)).toBe(isSigned)
  })

  it.each([
    ['image/avif,image/webp,image/apng,*/*;q=0.8', 'image/avif'],
    ['text/html, IMAGE/AVIF ; q=0.5', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
    ['image/avif;q=0, image/webp;q=0.1', 'image/webp'],
    ['image/avif; q=0.000,image/webp;q=0', '*/*'],
    ['image/*,*/*', '*/*'],
    ['image/avif2', '*/*'],
    ['', '*/*'],
  ])('R53 takes Accept: %s for the class %s of an .auto address', (accept, expected) => {
    const [, body = ''] = /map \$http_accept \$auto_accept \{([^}]*\}?[^}]*)\n\}/.exec(config) ?? []
    const classes = [...body.matchAll(/"~\*([^"]*)" "([^"]*)"/g)]
    expect(classes).toHaveLength(2)
    const found = classes.find(([, pattern = '']) => new RegExp(pattern, 'i').test(accept))
    expect(found?.[2] ?? '*/*').toBe(expected)
  })

  it('R53 keeps three entries of an .auto address: the class is in the key, and goes to the api', () => {
    const auto = locationOf('~* \\.auto$')
    expect(valuesOf('proxy_cache_key', auto).join(' ')).toContain('$auto_accept')
    expect(valuesOf('proxy_ignore_headers', auto)).toContain('Vary')
    expect(auto).toContain('proxy_set_header Accept $auto_accept;')
    expect(locationOf('/')).not.toMatch(
      /proxy_ignore_headers [^;]*Vary[^;]*;\n {8}proxy_cache_valid/,
    )
  })

  it('R37 holds no body of an upload before the api has looked at its token', () => {
    expect(valuesOf('proxy_request_buffering', locationOf('@upload'))).toEqual(['off'])
    const token = locationOf('= /token')
    expect(valuesOf('client_max_body_size', token)).toEqual(
      valuesOf('client_body_buffer_size', token),
    )
  })

  it('F59 caches objects under one key, however their address is written and whatever query it has', () => {
    const bucket = locationOf('/cdn/')
    expect(bucket).toContain('rewrite ^/cdn/(.*)$ /variants/$1? break;')
    for (const location of [bucket, locationOf('@object')]) {
      expect(valuesOf('proxy_cache_key', location)).toEqual(['"$request_method$uri"'])
    }
  })

  it('F60 has the api answer what the bucket does not have or does not answer, for as long as the api says', () => {
    const bucket = locationOf('/cdn/')
    expect(bucket).toContain('proxy_intercept_errors on;')
    expect(bucket).toContain('error_page 403 404 500 502 503 504 = @object;')
    expect(bucket).not.toContain('proxy_ignore_headers')
    const object = locationOf('@object')
    expect(object).toContain('rewrite ^/variants/(.*)$ /cdn/$1 break;')
    expect(object).not.toContain('proxy_ignore_headers')
    // A HEAD must not become a GET, which would render.
    expect(valuesOf('proxy_cache_convert_head', object)).toEqual(['off'])
    expect(valuesOf('proxy_cache_valid', object)).toEqual(['404', '410', '1s'])
    expect(bucket).toContain('if ($request_method !~ ^(?:GET|HEAD|OPTIONS)$) { return 405; }')
  })

  it('F32 asks replicas that are known to answer, and waits for one where none does', () => {
    const health = '~ ^/(?:_health|healthz|readyz)$'
    for (const address of ['/', '@object', '= /token', '= /_edge/replica', health])
      expect(valuesOf('proxy_pass', locationOf(address))).toEqual(['http://api'])
    for (const address of ['/', '@object', '= /token']) {
      const location = locationOf(address)
      expect(location).toMatch(/error_page 502 504 = @wait;/)
    }
    expect(locationOf('@upload')).toContain('auth_request /_edge/replica;')
    expect(locationOf('= /_edge/replica')).toMatch(/error_page 502 504 = @wait_bodiless;/)
    expect(locationOf('@wait')).toMatch(/error_page 475 = @wait;/)
  })

  it('F33 sends an upload that has waited to a replica that is there by then', () => {
    expect(config).toMatch(/^ {4}set \$upload_to http:\/\/api;$/m)
    expect(valuesOf('proxy_pass', locationOf('@upload'))).toEqual(['$upload_to'])
    expect(locationOf('@wait_bodiless')).toContain('set $upload_to http://api:1337;')
  })

  it('F33 sends nothing more to a replica that says that it ends', () => {
    const script = readFileSync(join(dirname(file), 'watch-replicas.sh'), 'utf8')
    expect(script).toMatch(/\[ "\$\(wget .*\/healthz" .*\)" = OK \]/)
  })

  it('R38 bounds what one client has in flight, by the address that the last trusted proxy saw', () => {
    expect(valuesOf('limit_conn', config)).toEqual(['clients', '${EDGE_CONNECTIONS_PER_CLIENT}'])
    expect(config).toContain('limit_conn_zone $client ')
    const [, pattern = ''] = /"~([^"]*PROXIES_BEFORE_EDGE[^"]*)"/.exec(config) ?? []
    const seenBehind = (proxies: number) => {
      const counted = pattern.replace('${PROXIES_BEFORE_EDGE}', `${proxies}`)
      return new RegExp(counted).exec('6.6.6.6, 1.2.3.4,10.0.0.1, 10.0.0.2')?.groups?.['address']
    }
    expect([0, 1, 2].map(seenBehind)).toEqual(['10.0.0.2', '10.0.0.1', '1.2.3.4'])
  })
})
