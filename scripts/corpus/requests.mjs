// What a corpus run asks of the service for each file.
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A limit of the service, and a second for the way there and back, ms. */
const uploadLimitMs = 31_000
const renderLimitMs = 11_000
const maxWaitMs = 60_000
/** How often an upload that is turned away for now comes again, as its answer asks. */
const attempts = 10
const defaultPauseMs = 1000

const variants = ['jpg', 'png', 'webp'].flatMap((format) =>
  ['clip', 'crop', 'canvas', 'cover'].map((fit) => `_64_64.${format}?fit=${fit}`),
)

const json = { 'Content-Type': 'application/json' }

/**
 * Uploads a file as anyone would: who is turned away for now comes again, as an answer of the contract and of a machine
 * that is busy. What comes of the last attempt counts.
 */
export async function uploadFile(base, id, file) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await attemptUpload(base, `${id}-${attempt}`, file)
    if (answer.status !== 503 || attempt === attempts) return { ...answer, retries: attempt - 1 }
    await delay(answer.retryAfterMs ?? defaultPauseMs)
  }
}

async function attemptUpload(base, id, file) {
  const issued = await fetch(`${base}/token`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ id }),
  })
  if (issued.status === 503) return { kind: 'upload', status: 503, ms: 0, isLate: false }
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
      signal: AbortSignal.timeout(maxWaitMs),
    })
    await answer.arrayBuffer()
    const ms = performance.now() - startedAt
    const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN)
    const pause = Number.isNaN(retryAfter) ? {} : { retryAfterMs: retryAfter * 1000 }
    return { kind, status: answer.status, ms, isLate: ms > limitMs, ...pause }
  } catch (error) {
    return { kind, status: 0, ms: performance.now() - startedAt, isLate: true, error }
  }
}
