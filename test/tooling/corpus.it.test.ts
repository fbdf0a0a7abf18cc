import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { expect, it } from '@jest/globals'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

it('the corpus runner uploads every file, asks for each as a planted original, and counts the answers', async () => {
  await using folder = await createTemporaryFolder()
  await writeFile(
    join(folder.path, 'photo.jpg'),
    await makePhoto({ width: 60, height: 40, format: 'jpeg' }),
  )
  await writeFile(join(folder.path, 'no image.txt'), 'no image')
  await writeFile(join(folder.path, 'bomb.jpg'), makeScanBomb(400, 300, 101))
  const { stdout } = await run(process.execPath, ['scripts/corpus.mjs', folder.path], { cwd: root })
  expect(stdout.split('\n').slice(0, 7)).toEqual([
    '3 files',
    '  original 200: 3',
    '  render 200: 24',
    '  render 415: 12',
    '  upload 200: 1',
    '  upload 413: 1',
    '  upload 415: 1',
  ])
  expect(stdout).toMatch(/^the most memory of a child: (\d+ MiB|not known here)$/m)
  expect(stdout).toMatch(/^children lost: none$/m)
  expect(stdout).toContain('No answer outside the contract.')
})
