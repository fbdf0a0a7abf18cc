// Sends the requests of a corpus run for each file.
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Longest answer: a limit of the service and a second for the round trip, ms. */
const uploadLimitMs = 31_000
const renderLimitMs = 11_000
const maxWaitMs = 60_000
/** Number of retries of an upload that is rejected for now. */
const attempts = 10
const defaultPauseMs = 1000

const variants = ['jpg', 'png', 'webp'].flatMap((format) =>
  ['clip', 'crop', 'canvas', 'cover'].map((fit) => `_64_64.${format}?fit=${fit}`),
)

const json = { 'Content-Type': 'application/json' }

/**
 * Uploads a file like a client, and retries while it is rejected for now. Returns the result of the last attempt.
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
  form.append('image', new Blob([await readFile(file)]), 'image')
  const init = { method: 'POST', headers: { 'X-Token': token }, body: form }
  return ask('upload', `${base}/${id}`, init, uploadLimitMs)
}

/** Copies a file into the originals, bypassing the checks of uploads, and requests it in every format and fit. */
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
