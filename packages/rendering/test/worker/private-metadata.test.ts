import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { makeCopyrighted } from '@iaas/testing/images/with-copyright'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import sharp from 'sharp'
import { inspectFile } from '../../src/formats/inspect.ts'
import { attach } from '../../src/pipeline/encoding/attachments/attach.ts'
import { findAttachments } from '../../src/pipeline/encoding/attachments/find-attachments.ts'
import { copyFile } from '../../src/worker/copy.ts'

const secret = 'Villa Incognito'
const fields = { creators: ['Ada'], rights: 'All reserved' }

describe('the metadata beside a copyright', () => {
  it('T58 stays out of a rendition and of a working copy, which have the copyright', async () => {
    await using folder = await createTemporaryFolder()
    const [path, outputPath] = [join(folder.path, 'original'), join(folder.path, 'copy')]
    for (const kind of ['exif', 'xmp'] as const) {
      await writeFile(path, await makeCopyrighted(kind, fields, secret))
      const source = await inspectFile(path, 100_000)
      const attachments = await findAttachments(path, source, { metadata: 'copyright' })
      const blank = await sharp({
        create: { width: 9, height: 9, channels: 3, background: '#000' },
      })
        .jpeg()
        .toBuffer()
      await copyFile({ path, outputPath }, source, 100_000)
      for (const file of [attach(blank, 'jpg', attachments), await readFile(outputPath)]) {
        expect([kind, file.includes(secret)]).toEqual([kind, false])
        expect((await sharp(file).metadata()).xmpAsString).toContain('All reserved')
      }
    }
  })
})
