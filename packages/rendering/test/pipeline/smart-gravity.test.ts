import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Point, center, planRender, viewOf } from '@iaas/common/image'
import { inspectFile } from '@iaas/rendering/formats/inspect'
import { findPoint } from '@iaas/rendering/pipeline/find-point'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Scene, drawScenes, sceneSize } from './_scenes.ts'

const maxPixels = 30_000_000
/** Keeps half of the width and all of the height. */
const variant = makeVariant({ width: 160, height: 210, fit: 'crop', gravity: 'smart' })

/** Returns true if the crop around a point keeps the whole subject. */
function isKept({ subject }: Scene, gravity: Point): boolean {
  const { crop, scaled } = planRender(sceneSize, { ...variant, gravity }, sceneSize)
  if (crop === undefined) throw new Error('Nothing is cropped.')
  const scale = sceneSize.width / scaled.width
  const [left, right] = [crop.left * scale, (crop.left + crop.width) * scale]
  return subject.left >= left - 1 && subject.right <= right + 1
}

it('gravity=smart keeps the subject of at least 27 of 30 drawn scenes, where the centre keeps none', async () => {
  await using folder = await createTemporaryFolder()
  const scenes = await drawScenes()
  const lost: string[] = []
  for (const [index, scene] of scenes.entries()) {
    const path = join(folder.path, `${index}.jpg`)
    await writeFile(path, scene.image)
    const source = await inspectFile(path, maxPixels, async () => {})
    const view = viewOf(source.size, variant)
    const point = await findPoint({ path, source, view, turn: variant, maxPixels })
    if (!isKept(scene, point)) lost.push(scene.name)
  }
  expect(scenes).toHaveLength(30)
  expect(scenes.filter((scene) => isKept(scene, center))).toEqual([])
  expect(lost.length <= 3 ? [] : lost).toEqual([])
})

it('gravity=smart shows the middle of a large subject, whatever is bright at the edge', async () => {
  await using folder = await createTemporaryFolder()
  const path = join(folder.path, 'balloon.png')
  const { width, height } = sceneSize
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="#a9c6dd"/><ellipse cx="330" cy="200" rx="190" ry="170" fill="#8a2f2a"/>
    <path d="M200 120 h260 M160 200 h340 M200 280 h260" stroke="#e8dcc8" stroke-width="6"/>
    <rect x="4" y="300" width="26" height="60" fill="#ff2a10"/></svg>`
  await writeFile(path, await sharp(Buffer.from(drawing)).removeAlpha().png().toBuffer())
  const source = await inspectFile(path, maxPixels, async () => {})
  const view = viewOf(source.size, variant)
  const { x } = await findPoint({ path, source, view, turn: variant, maxPixels })
  expect(x).toBeGreaterThan(0.4)
  expect(x).toBeLessThan(0.65)
})
