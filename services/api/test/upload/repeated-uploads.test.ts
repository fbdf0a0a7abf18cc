import { AppError, type ErrorCode, errorCatalogue, errorCodes } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { createFakeTokenStore } from '@iaas/testing/fakes/token-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import { createIntake } from './_intake.ts'

const id = parseImageId('photo')
const size = { width: 1, height: 1 }

describe('an upload that is sent again', () => {
  async function repeat(code: ErrorCode): Promise<unknown> {
    await using folder = await createTemporaryFolder()
    const tokens = createFakeTokenStore(Date.now)
    let attempts = 0
    const storeOriginal = createIntake({
      tokens,
      originals: createFakeOriginalStore(folder.path),
      admission: { admit: (upload) => upload() },
      renderer: {
        async ingest() {
          attempts += 1
          if (attempts === 1) throw new AppError(code, 'Not now.')
          return { reencoded: false, format: 'png', size }
        },
        prepare() {},
        async prepareNow() {},
      },
    })
    const token = await tokens.issue(id)
    const send = () =>
      storeOriginal({
        ids: [id],
        token,
        query: [],
        client: 'one',
        receive: (path) => writeFile(path, 'x'),
        longestReceiveMs: 1000,
        signal: new AbortController().signal,
      })
    await expect(send()).rejects.toMatchObject({ code })
    return send().catch((error: AppError) => error.code)
  }

  const isRefusal = (code: ErrorCode) => errorCatalogue[code].status === 503

  it.each(errorCodes.filter(isRefusal))('T36 is taken after 503 %s', async (code) => {
    expect(await repeat(code)).toMatchObject({ size })
  })

  it.each(errorCodes.filter((code) => !isRefusal(code)))(
    'T36 is refused after %s: its token is used',
    async (code) => {
      expect(await repeat(code)).toBe('TOKEN_INVALID')
    },
  )
})
