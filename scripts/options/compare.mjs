// Compares the product's answers for one file with the reference.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { cases, formatCase } from './cases.mjs'
import { drawResult, drawView, open, read, readLuma, readOriginal } from './reference.mjs'
import { measureSsim } from './ssim.mjs'

const lowestSsim = 0.98

/**
 * Plants a file as an original. Returns a result for each case; undefined for an original that the product refuses.
 * Where the product shows other colours than sharp, because it reads more of the file, its own colours are compared.
 */
export async function compareFile({ base, originalsDir }, id, file) {
  await copyFile(file, join(originalsDir, id))
  const decoded = await readOriginal(file)
  const { width, height } = decoded
  const whole = await ask(`${base}/${id}_${width}_${height}.png?enlarge=false&proxy=true`)
  if (whole.status === 413 || whole.status === 415) return undefined
  const { problem } = await compareAnswer(whole, decoded)
  const original = problem?.startsWith('SSIM') ? await read(sharp(whole.body)) : decoded
  const viewOf = remember((each) => drawView(original, each))
  const results = []
  for (const each of cases) {
    const view = await viewOf(each)
    const box = each.box(view)
    const path = formatCase(id, each, original, box)
    const reference = await drawResult(view, box, each)
    const compared = await compareAnswer(await ask(`${base}${path}`), reference)
    results.push({ ...each, file, path, hasOwnColours: original !== decoded, ...compared })
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

async function ask(url) {
  const answer = await fetch(url, { redirect: 'manual' })
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
}

async function compareAnswer({ status, body }, reference) {
  if (status !== 200) return { ssim: 0, problem: `${status} ${body.toString('utf8', 0, 200)}` }
  const { width, height } = await sharp(body).metadata()
  if (width !== reference.width || height !== reference.height) {
    const wanted = `${reference.width} x ${reference.height}`
    return { ssim: 0, problem: `${width} x ${height} px, not ${wanted}` }
  }
  const [ours, theirs] = await Promise.all([readLuma(sharp(body)), readLuma(open(reference))])
  const ssim = measureSsim(ours, theirs, reference)
  return { ssim, problem: ssim > lowestSsim ? undefined : `SSIM ${ssim.toFixed(4)}` }
}
