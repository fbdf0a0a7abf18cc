import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countScans } from '@iaas/rendering/formats/jpeg/count-segments'
import { jpeg } from '@iaas/rendering/formats/jpeg/reader'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { makeSegment } from './make-jpeg.ts'

/** Metadata of as many bytes as a segment can have, in which there is what looks like a table. */
const metadata = Buffer.from(
  makeSegment(
    0xe1,
    Array.from({ length: 65_533 }, () => 0xdb),
  ),
)

async function readBehind(segments: number) {
  await using folder = await createTemporaryFolder()
  const path = join(folder.path, 'photo.jpg')
  const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg', quality: 40 })
  const before = Array.from({ length: segments }, () => metadata)
  await writeFile(path, Buffer.concat([photo.subarray(0, 2), ...before, photo.subarray(2)]))
  return { quality: jpeg.readQuality?.(path), scans: countScans(path, 100) }
}

describe('the header of a JPEG', () => {
  it.each([0, 1, 20, 255])('is read behind %d segments of metadata', async (segments) => {
    expect(await readBehind(segments)).toEqual({ quality: 40, scans: 1 })
  })
})
