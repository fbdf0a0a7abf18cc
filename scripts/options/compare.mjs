// Compares the product's answers for one file with the reference.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { cases, formatCase } from './cases.mjs'
import { drawResult, drawView, open, readLuma, readOriginal } from './reference.mjs'
import { measureSsim } from './ssim.mjs'

const lowestSsim = 0.98

/** Plants a file as an original and returns a result for each case. */
export async function compareFile({ base, originalsDir }, id, file) {
  await copyFile(file, join(originalsDir, id))
  const original = await readOriginal(file)
  const results = []
  const viewOf = remember((each) => drawView(original, each))
  for (const each of cases) {
    const view = await viewOf(each)
    const box = each.box(view)
    const path = formatCase(id, each, original, box)
    const reference = await drawResult(view, box, each)
    results.push({ ...each, file, path, ...(await compareAnswer(`${base}${path}`, reference)) })
  }
  return results
}

/** Draws each view once. */
function remember(draw) {
  const views = new Map()
  return (each) => {
    const { rect, trim, rotate, flip } = each
    const key = JSON.stringify([rect, trim, rotate, flip])
    const view = views.get(key) ?? draw(each)
    views.set(key, view)
    return view
  }
}

async function compareAnswer(url, reference) {
  const answer = await fetch(url, { redirect: 'manual' })
  const body = Buffer.from(await answer.arrayBuffer())
  if (answer.status !== 200) {
    return { ssim: 0, problem: `${answer.status} ${body.toString('utf8').slice(0, 200)}` }
  }
  const { width, height } = await sharp(body).metadata()
  if (width !== reference.width || height !== reference.height) {
    const wanted = `${reference.width} x ${reference.height}`
    return { ssim: 0, problem: `${width} x ${height} px, not ${wanted}` }
  }
  const [ours, theirs] = await Promise.all([readLuma(sharp(body)), readLuma(open(reference))])
  const ssim = measureSsim(ours, theirs, reference)
  return { ssim, problem: ssim > lowestSsim ? undefined : `SSIM ${ssim.toFixed(4)}` }
}
