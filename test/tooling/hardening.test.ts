import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

type Service = {
  readonly user?: string
  readonly privileged?: boolean
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly networks?: readonly string[]
  readonly volumes?: readonly string[]
  readonly mem_limit?: string
}
type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose
const service = (name: string) => compose.services[name] ?? {}

describe('where the product runs', () => {
  it.each(['api', 'renderer', 'uploader', 'bucket', 'edge-purger'])(
    'T23 the service %s can change nothing, and become nobody else',
    (name) => {
      const { read_only, cap_drop, cap_add, security_opt, privileged, user } = service(name)
      expect([read_only, cap_drop, cap_add, privileged, user]).toEqual([
        true,
        ['ALL'],
        undefined,
        undefined,
        undefined,
      ])
      expect(security_opt).toEqual(['no-new-privileges:true'])
    },
  )

  it('T23 what decodes has no secret, no volume and nobody to reach, and little memory', () => {
    const { environment, networks, volumes, mem_limit } = service('renderer')
    const told = ['LAME_DUCK', 'LOG_LEVEL', 'MAX_INPUT', 'NODE_CONFIG', 'RENDERER_OWN_CORES']
    expect(Object.keys(environment ?? {}).toSorted()).toEqual(told)
    expect([volumes, networks]).toEqual([undefined, ['rendering']])
    expect(compose.networks['rendering']?.internal).toBe(true)
    expect(mem_limit).toBe('3g')
  })

  it('T30 takes the photos of phones', () => {
    for (const name of ['api', 'renderer', 'uploader']) {
      expect(service(name).environment?.['MAX_INPUT']).toBe('${MAX_INPUT:-120}')
    }
    const { data } = parse(read('deploy/kubernetes/config.yaml')) as {
      readonly data: Readonly<Record<string, string>>
    }
    expect(data['MAX_INPUT']).toBe('120')
  })

  it('R33 nothing decodes beside the secrets: not while no renderer can be reached either', () => {
    for (const name of ['api', 'uploader']) {
      const { RENDERER_URL, RENDERER_FALLBACK } = service(name).environment ?? {}
      expect([name, RENDERER_URL, RENDERER_FALLBACK]).toEqual([
        name,
        'http://renderer:1337',
        'false',
      ])
    }
    const { data } = parse(read('deploy/kubernetes/config.yaml')) as {
      readonly data: Readonly<Record<string, string>>
    }
    expect(data['RENDERER_FALLBACK']).toBe('false')
  })

  it('T23 each service sees the secrets that it is given, and no other volume of secrets', () => {
    for (const [name, { volumes = [] }] of Object.entries(compose.services)) {
      if (name === 'secrets') continue
      const seen = volumes.filter((volume) => /secrets/.test(volume))
      expect(seen).toEqual(seen.length === 0 ? [] : [`secrets-${name}:/run/secrets:ro`])
    }
  })

  it('T23 the images hold no configuration but the one that git holds', () => {
    const copied = read('Dockerfile').match(/^COPY config\b.*$/gm)
    expect(copied).toEqual(['COPY config/default.json config/'])
  })

  it('T23 neither git nor the builder of the images takes the files that may hold secrets', () => {
    const lines = (file: string) => read(file).split('\n')
    const rules = ['config/*', '!config/default.json', '.env']
    expect(lines('.dockerignore')).toEqual(expect.arrayContaining(rules))
    // Without the slash in front, tools other than git take a folder `config` anywhere for this one.
    const anchored = ['/config/*', '!/config/default.json', '.env']
    expect(lines('.gitignore')).toEqual(expect.arrayContaining(anchored))
    expect(lines('deploy/secrets/.gitignore')).toEqual(expect.arrayContaining(['*']))
    expect(lines('.dockerignore')).toContain('deploy')
  })
})
