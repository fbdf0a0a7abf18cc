import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { ignoreMissing, translateDiskErrors } from '@iaas/common/disk/disk-errors'
import { describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'

const missing = existsSync('/dev/full') ? undefined : 'there is no /dev/full'

describeUnless(missing, 'translateDiskErrors, of a full disk', () => {
  it('makes STORE_UNAVAILABLE, the cause kept', async () => {
    const write = translateDiskErrors(writeFile('/dev/full', 'more'))
    await expect(write).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { code: 'ENOSPC' },
    })
  })
})

describe('translateDiskErrors', () => {
  it('leaves every other error as it is', async () => {
    const missing = translateDiskErrors(readFile('/there/is/no/such/file'))
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('ignoreMissing', () => {
  it('gives undefined for what is not there, and throws the rest', async () => {
    expect(await ignoreMissing(readFile('/there/is/no/such/file'))).toBeUndefined()
    await expect(ignoreMissing(readFile('/'))).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
