import { link, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { originalPath } from '@iaas/common/digest'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import { quantile } from '../measure/statistics.mjs'
import { say } from '../report/say.mjs'

const warmUps = 200
const lookups = 5000
const atOnce = 64
/** A file system allows a file only so many names: 65,000 on ext4. */
const namesAFile = 50_000

/** Fills a folder of originals step by step, and finds some at each of its sizes. */
export async function measureOriginals(folder, counts) {
  const dir = join(folder, 'many-originals')
  const originals = createDiskOriginalStore({ dir })
  const figures = []
  for (const [at, count] of counts.entries()) {
    say(`  laying out ${count} originals ...`)
    await layOut(dir, counts[at - 1] ?? 0, count)
    const timesUs = await timeFinds(originals, count)
    figures.push(
      { name: `original among ${count}, p50`, value: quantile(timesUs, 0.5), unit: 'µs' },
      { name: `original among ${count}, p99`, value: quantile(timesUs, 0.99), unit: 'µs' },
    )
  }
  return figures
}

const idOf = (number) => parseImageId(`original-${number}`)

async function layOut(dir, from, to) {
  let next = from
  const work = async () => {
    while (next < to) {
      const number = next
      next += 1
      await layOutOne(dir, number)
    }
  }
  await mkdir(dir, { recursive: true })
  for (let file = 0; file * namesAFile < to; file += 1) await writeFile(join(dir, `_${file}`), 'x')
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function layOutOne(dir, number) {
  const path = join(dir, '_hashed', originalPath(idOf(number)))
  await mkdir(dirname(path), { recursive: true })
  await link(join(dir, `_${Math.floor(number / namesAFile)}`), path)
}

async function timeFinds(originals, count) {
  const timesUs = []
  for (let lookup = -warmUps; lookup < lookups; lookup += 1) {
    const id = idOf(Math.floor(Math.random() * count))
    const startedAt = performance.now()
    if ((await originals.find(id)) === undefined) throw new Error(`${id} is not found.`)
    if (lookup >= 0) timesUs.push((performance.now() - startedAt) * 1000)
  }
  return timesUs
}
