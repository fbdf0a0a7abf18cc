import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { expect, it } from '@jest/globals'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

it('every geometric option shows what plain calls of sharp draw, in exactly their size', async () => {
  await using folder = await createTemporaryFolder()
  const photo = await makePhoto({ width: 201, height: 134, format: 'jpeg', orientation: 6 })
  await writeFile(join(folder.path, 'photo.jpg'), photo)
  await writeFile(join(folder.path, 'no image.txt'), 'no image')
  const { stdout } = await run(process.execPath, ['scripts/options.mjs', folder.path], {
    cwd: root,
  })
  expect(stdout).toMatch(/^1 images, 87 comparisons, 0 problems$/m)
})
