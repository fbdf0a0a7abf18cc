import { describeDeletionLog } from '@iaas/testing/contracts/deletion-log'
import { describeFocalStore } from '@iaas/testing/contracts/focal-store'
import { describeOriginalStore } from '@iaas/testing/contracts/original-store'
import { startTestS3 } from '@iaas/testing/s3'
import { afterAll } from '@jest/globals'
import { openTestOriginals } from './_open.ts'

const comparing = await startTestS3()
const ignoring = await startTestS3({ conditions: 'ignored' })
afterAll(async () => {
  await comparing[Symbol.asyncDispose]()
  await ignoring[Symbol.asyncDispose]()
})

const few = { rounds: 3 }

describeOriginalStore(
  'the S3 store of originals',
  (keepVersions) => openTestOriginals(comparing.url, { keepVersions }),
  few,
)

describeOriginalStore(
  'the S3 store of originals without conditional puts',
  (keepVersions) => openTestOriginals(ignoring.url, { keepVersions }),
  few,
)

describeFocalStore('the S3 store of focal points', async () => {
  const { focalPoints, ...opened } = await openTestOriginals(comparing.url)
  return { ...opened, points: focalPoints }
})

describeDeletionLog('the S3 log of deletions', async () => {
  const { deletionLog, ...opened } = await openTestOriginals(comparing.url)
  return { ...opened, log: deletionLog }
})
