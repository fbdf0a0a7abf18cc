// What a corpus run asks of the service for each file.
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A limit of the service, and a second for the way there and back, ms. */
const uploadLimitMs = 31_000
const renderLimitMs = 11_000
const patienceMs = 60_000

const variants = ['jpg', 'png', 'webp'].flatMap((format) =>
  ['clip', 'crop', 'canvas', 'cover'].map((fit) => `_64_64.${format}?fit=${fit}`),
)

const json = { 'Content-Type': 'application/json' }

/** Uploads a file as anyone would. */
export async function uploadFile(base, id, file) {
  const issued = await fetch(`${base}/token`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ id }),
  })
  const { token } = await issued.json()
  const form = new FormData()
  form.append('image', new Blob([await readFile(file)]), 'picture')
  const init = { method: 'POST', headers: { 'X-Token': token }, body: form }
  return ask('upload', `${base}/${id}`, init, uploadLimitMs)
}

/** Puts a file among the originals, past every check of an upload, and asks for it in every format and fit. */
export async function askForPlanted(base, originalsDir, id, file) {
  await copyFile(file, join(originalsDir, id))
  const answers = [await ask('original', `${base}/${id}.jpg`, {}, renderLimitMs)]
  for (const variant of variants) {
    answers.push(await ask('render', `${base}/${id}${variant}`, {}, renderLimitMs))
  }
  return answers
}

async function ask(kind, url, init, limitMs) {
  const startedAt = performance.now()
  try {
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    await answer.arrayBuffer()
    const ms = performance.now() - startedAt
    return { kind, status: answer.status, ms, isLate: ms > limitMs }
  } catch (error) {
    return { kind, status: 0, ms: performance.now() - startedAt, isLate: true, error }
  }
}
