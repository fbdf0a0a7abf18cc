import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'

type Compose = {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Readonly<Record<string, string | number>>
        readonly healthcheck?: { readonly interval?: string }
        readonly depends_on?: unknown
        readonly volumes?: readonly string[]
        readonly logging?: { readonly options?: Readonly<Record<string, string>> }
      }
    >
  >
}

const file = join(import.meta.dirname, '..', '..', 'docker-compose.yml')
const dockerfile = readFileSync(join(file, '..', 'Dockerfile'), 'utf8')
const compose = parse(readFileSync(file, 'utf8'), { merge: true }) as Compose

describe('the compose project', () => {
  it.each(['api', 'uploader'])(
    'lets the %s send clients to a CDN of one’s own, and to the edge where none is named',
    (name) => {
      const { CACHE_HOST } = compose.services[name]?.environment ?? {}
      expect(CACHE_HOST).toBe('${CACHE_HOST:-http://127.0.0.1:${EDGE_PORT:-8080}/cdn}')
    },
  )

  it('believes as many proxies as it is told, and the edge alone where it is told nothing', () => {
    const { TRUSTED_PROXIES } = compose.services['api']?.environment ?? {}
    expect(TRUSTED_PROXIES).toBe('${TRUSTED_PROXIES:-1}')
  })

  it('R45 runs its services by a loader that their user may not read', () => {
    const [, runtime = ''] = /^FROM \S+ AS runtime\n([^]*?)^USER /m.exec(dockerfile) ?? []
    expect(runtime).toMatch(/^RUN chmod 0711 \/lib\/\*\/ld-linux-\*\.so\.\*$/m)
  })

  it.each(['postgres', 'redis', 's3', 'edge'])('asks %s seldom how it is', (name) => {
    expect(compose.services[name]?.healthcheck?.interval).toBe('10s')
  })

  it('starts no process of Node to ask a service how it is', () => {
    const checks = dockerfile.match(/^HEALTHCHECK .*$/gm) ?? []
    expect(checks).toHaveLength(4)
    for (const check of checks)
      expect(check).toMatch(/--interval=10s .* CMD \["bash", "health.sh",/)
  })

  it('F33 keeps the edge and its cache when what is behind it is replaced', () => {
    const { depends_on: dependencies, volumes } = compose.services['edge'] ?? {}
    expect(dependencies).toBeUndefined()
    expect(volumes).toContain('edge:/var/cache/nginx')
  })

  it('F33 keeps renderers until the api has ended that is replaced at the same time', () => {
    const lameDuckOf = (name: string) => Number(compose.services[name]?.environment?.['LAME_DUCK'])
    expect(lameDuckOf('renderer')).toBeGreaterThan(lameDuckOf('api'))
    expect(compose.services['api']?.depends_on).not.toHaveProperty('renderer')
  })

  it.each(Object.entries(compose.services))(
    'bounds what the log of %s takes of the disk',
    (_name, { logging }) => {
      expect(logging?.options).toEqual({ 'max-size': '10m', 'max-file': '5' })
    },
  )
})
