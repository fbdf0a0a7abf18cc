import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { aperture, makeHeic, rotation } from '@iaas/testing/images/make-heic'
import { truncate } from '@iaas/testing/images/strangers'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { RenderPool } from '../../../src/pool/pool-types.ts'
import { openPool } from '../../open-pool.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
let pool: RenderPool
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
  pool = openPool()
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function ingest(file: Buffer, into = pool) {
  await writeFile(path, file)
  return into.ingest({ path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false })
}

/** Returns the format of an upload, or the code of its refusal. */
function tryIngest(file: Buffer): Promise<string> {
  return ingest(file).then(
    ({ format }) => format,
    (error: { readonly code: string }) => error.code,
  )
}

describe('T42 a HEIC that is built to be costly', () => {
  it('is refused by the size that it declares, before the decoder is loaded', async () => {
    const declared = { width: 60_000, height: 60_000 }
    await expect(ingest(makeHeic({ declared }))).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })

  it('is refused if its grid is larger than it declares', async () => {
    const grid = { columns: 60, rows: 60, width: 30_000, height: 30_000 }
    const file = makeHeic({ grid, declared: { width: 512, height: 512 } })
    await expect(ingest(file)).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' })
  })

  it('is refused if its image is larger than it declares', async () => {
    const declared = { width: 16, height: 16 }
    await expect(ingest(makeHeic({ declared }))).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' })
  })

  it('is refused by its estimate if the pool has not the memory', async () => {
    const grid = { columns: 8, rows: 6, width: 4032, height: 3024 }
    await using small = openPool({ memoryBudgetBytes: 100 * 2 ** 20 })
    await expect(ingest(makeHeic({ grid }), small)).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    })
    await expect(ingest(makeHeic({ grid }))).resolves.toMatchObject({ format: 'heic' })
  })

  it('of 48 megapixels stays within its estimate, and its child ends with the memory of the decoder', async () => {
    await using large = openPool({ maxInputPixels: 50_000_000, maxOnDiskPixels: 50_000_000 })
    const grid = { columns: 16, rows: 12, width: 8064, height: 6048 }
    await writeFile(path, makeHeic({ grid }))
    const outcome = await large.copy({ path, outputPath: `${path}.copy` })
    expect(outcome).toMatchObject({ kind: 'copied' })
    await until(() => large.stats().started === 2)
  })
})

describe('T43 a HEIC that is broken', () => {
  const whole = makeHeic({ properties: [aperture(256, 256), rotation(1)] })
  const refusals = /^(?:heic|IMAGE_(?:DAMAGED|UNSUPPORTED|TOO_LARGE|TOO_COSTLY))$/

  it('is refused wherever it is cut', async () => {
    for (const share of [0.05, 0.2, 0.4, 0.5, 0.7, 0.9]) {
      expect(await tryIngest(truncate(whole, share))).toMatch(/^IMAGE_(?:DAMAGED|UNSUPPORTED)$/)
    }
    expect(await tryIngest(whole)).toBe('heic')
    expect(pool.stats().quarantined).toBe(0)
  })

  it.each(['hvcC', 'ispe', 'ipma', 'iloc', 'mdat', 'clap', 'irot'])(
    'is refused or shown, whatever is in its box %s and whatever length that has',
    async (name) => {
      const at = whole.indexOf(name)
      for (const value of [0, 0x7f, 0xff]) {
        expect(await tryIngest(Buffer.from(whole).fill(value, at + 4, at + 28))).toMatch(refusals)
      }
      for (const length of [0, 1, 7, 0xff_ff_ff_ff]) {
        const file = Buffer.from(whole)
        file.writeUInt32BE(length, at - 4)
        expect(await tryIngest(file)).toMatch(refusals)
      }
      expect(pool.stats().quarantined).toBe(0)
    },
  )

  it('is refused before anything parses it if the configuration says so', async () => {
    await using strict = openPool({ refusedFormats: ['heic'] })
    await expect(ingest(whole, strict)).rejects.toThrow('HEIC is not supported')
  })
})
