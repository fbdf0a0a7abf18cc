import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { z } from 'zod'
import { countErrors } from '../../src/platform/config/closest.ts'
import { ConfigError } from '../../src/platform/config/config-error.ts'
import { parseConfig } from '../../src/config/load.ts'
import { integer } from '../../src/platform/config/setting.ts'
import { warnOfIgnored } from '../../src/config/warn-of-ignored.ts'

const schema = z.object({
  port: integer({ min: 0, max: 65_535, fallback: 1337 }, 'The port.', 'PORT'),
})

function problemsOf(files: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseConfig(schema, files, {})
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('a key that no service knows', () => {
  it.each([
    ['prot', { prot: 80 }, 'port'],
    ['constraints.max_widht', { constraints: { max_widht: 1 } }, 'constraints.max_width'],
    ['constraint', { constraint: { max_width: 1 } }, 'constraints'],
    ['aws.accesskey', { aws: { accesskey: 'a' } }, 'aws.access_key'],
    ['max_input', { max_input: 1 }, 'constraints.max_input'],
    ['Secret', { Secret: 'hidden' }, 'secret'],
  ])('F26 %s is refused with the one that is meant', (key, files, meant) => {
    expect(problemsOf(files)).toEqual([`${key}: there is no such setting; did you mean ${meant}?`])
  })

  it('F26 is refused without a guess where nothing is like it', () => {
    expect(problemsOf({ colour: 'green' })).toEqual(['colour: there is no such setting'])
  })

  it('F26 is listed with all others, and with the values that are not correct', () => {
    expect(problemsOf({ prot: 80, port: 'http', timeout: { conversoin: 1 } })).toEqual([
      'prot: there is no such setting; did you mean port?',
      'timeout.conversoin: there is no such setting; did you mean timeout.conversion?',
      expect.stringMatching(/^port \(PORT\): /),
    ])
  })

  it('is not one of another service, nor a comment or the schema of an editor', () => {
    const others = { secret: 's', uploader: { concurrency: 3 }, renderer: { memory: 512 } }
    expect(problemsOf({ ...others, $schema: './schema.json', '// port': 'of the proxy' })).toEqual(
      [],
    )
  })

  it('is not one of the legacy iaas, which is warned of', async () => {
    const legacy = { metrics: { influx: {} }, log: { silly: true } }
    expect(problemsOf(legacy)).toEqual([])
    expect(await warningsOf({}, legacy)).toEqual([
      ['setting of the legacy iaas is ignored', { key: 'metrics' }],
      ['setting of the legacy iaas is ignored', { key: 'log.silly' }],
    ])
  })
})

async function warningsOf(env: Readonly<Record<string, string>>, files: object = {}) {
  await using folder = await createTemporaryFolder()
  await writeFile(join(folder.path, 'default.json'), JSON.stringify(files))
  const warnings: unknown[] = []
  const log = { warn: (...line: unknown[]) => void warnings.push(line) }
  warnOfIgnored({ NODE_CONFIG_DIR: folder.path, ...env }, log)
  return warnings
}

describe('a variable that is not read', () => {
  it.each([
    ['PROT', 'PORT'],
    ['TOKEN_SECERT', 'TOKEN_SECRET'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['CACHEHOST', 'CACHE_HOST'],
    ['TRUSTED_PROXY', undefined],
    ['PATH', undefined],
    ['HOME', undefined],
    ['REDIS_PORT', undefined],
    ['POSTGRES_PORT', undefined],
  ])('%s is warned of where it is one letter from %s', async (variable, meant) => {
    const warning = ['variable is not read; is its name misspelt?', { variable, meant }]
    expect(await warningsOf({ [variable]: 'x' })).toEqual(meant === undefined ? [] : [warning])
  })

  it('is that of a file for what is no secret', async () => {
    expect(
      await warningsOf({ S3_BUCKET_FILE: '/run/secrets/bucket', TOKEN_SECRET_FILE: '/a' }),
    ).toEqual([
      ['variable is not read: only secrets may be in files', { variable: 'S3_BUCKET_FILE' }],
    ])
  })
})

describe('countErrors', () => {
  it.each([
    ['', '', 0],
    ['port', 'port', 0],
    ['prot', 'port', 1],
    ['pot', 'port', 1],
    ['ports', 'port', 1],
    ['pert', 'port', 1],
    ['', 'port', 4],
    ['kitten', 'sitting', 3],
  ])('of %j for %j is %d', (one, other, errors) => {
    expect(countErrors(one, other)).toBe(errors)
    expect(countErrors(other, one)).toBe(errors)
  })
})
