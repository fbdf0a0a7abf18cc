import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { type Answer, ask, json, postToken, upload } from '../support/http.ts'
import { type Member, wasOut } from './fleet.ts'
import { colourOf, drawImage, isOfColour } from './_coloured-images.ts'
import type { Random } from '@iaas/testing/random'

/** What clients have seen, and what must hold ever after. */
export type Witness = {
  /** Uploads that were answered 200, by id. */
  readonly kept: Map<string, Buffer>
  /** Variants that were asked for. */
  readonly asked: Set<string>
  readonly counts: Map<string, number>
  /** Answers that are none of the contract. */
  readonly wrong: string[]
  slowestMs: number
}

/** What an answer takes at the most: every dependency hung at once, and a render; ms. */
const answerMs = { read: 8000, write: 20_000 } as const
const maxWaitMs = 25_000
/** Clients pause now and then, ms: an overload is another test's. */
const pauseMs = 20

const mimes = { jpg: 'jpeg', png: 'png', webp: 'webp' } as const
const formats = ['jpg', 'png', 'webp'] as const

type Send = (base: string, signal: AbortSignal) => Promise<Answer>

/** Clients behind a load balancer: what one api does not answer is sent to the other. */
export function createLoad(apis: readonly Member[], random: Random, witness: Witness) {
  let serial = 0

  function count(what: string): void {
    witness.counts.set(what, (witness.counts.get(what) ?? 0) + 1)
  }

  /** undefined: no api answered. */
  async function balance(kind: keyof typeof answerMs, send: Send): Promise<Answer | undefined> {
    const first = random.below(apis.length)
    for (const api of [...apis.slice(first), ...apis.slice(0, first)]) {
      const answer = await attempt(api, kind, send)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  async function attempt(api: Member, kind: keyof typeof answerMs, send: Send) {
    const from = performance.now()
    try {
      const answer = await send(api.stack.base, AbortSignal.timeout(maxWaitMs))
      const ms = performance.now() - from
      if (wasOut(api, from, performance.now())) return answer
      witness.slowestMs = Math.max(witness.slowestMs, Math.round(ms))
      if (ms > answerMs[kind]) witness.wrong.push(`${kind} answered after ${Math.round(ms)} ms`)
      return answer
    } catch (error) {
      count('connection lost')
      if (!wasOut(api, from, performance.now())) {
        witness.wrong.push(`${api.name} was well and did not answer: ${String(error)}`)
      }
      return undefined
    }
  }

  async function uploadOne(): Promise<void> {
    await delay(pauseMs)
    const id = `chaos-${(serial += 1)}`
    const image = await drawImage(id, 40 + random.below(200), 30)
    const issued = await balance('write', (base, signal) => postToken(base, { id }, signal))
    if (issued?.status !== 200) return refused('token', issued, [403, 503])
    const token = json(issued)['token'] as string
    const answer = await balance('write', (base, signal) =>
      upload(base, id, token, image, '', signal),
    )
    if (answer?.status !== 200) return refused('upload', answer, [403, 503])
    count('upload 200')
    witness.kept.set(id, image)
  }

  function refused(what: string, answer: Answer | undefined, allowed: readonly number[]): void {
    count(`${what} ${answer?.status}`)
    if (answer === undefined || allowed.includes(answer.status)) return
    witness.wrong.push(describe(what, answer))
  }

  /** With what its api has logged of it. */
  function describe(what: string, answer: Answer | undefined): string {
    if (answer === undefined) return `${what}: no api`
    const { status, headers, body } = answer
    const requestId = String(headers['x-request-id'])
    const lines = apis.flatMap(({ stack }) => stack.output().split('\n'))
    const logged = lines.filter((line) => line.includes(requestId))
    return [`${what}: ${status}`, body.toString().slice(0, 300), ...logged].join('\n')
  }

  async function getVariant(): Promise<void> {
    await delay(pauseMs)
    const id = random.pick([...witness.kept.keys()])
    const box = 10 + random.below(40)
    const format = random.pick(formats)
    const path = `/${id}_${box}_${box}.${format}?fit=crop`
    witness.asked.add(path)
    const answer = await balance('read', (base, signal) => ask(base, path, { signal }))
    count(`variant ${answer?.status}`)
    if (answer?.status === 307) return
    if (answer?.status !== 200) return void witness.wrong.push(describe(path, answer))
    const problem = await findProblem(answer.body, { id, box, format })
    if (problem !== undefined) witness.wrong.push(`${path}: ${problem}`)
  }

  async function getOriginal(): Promise<void> {
    await delay(pauseMs)
    const [id, bytes] = random.pick([...witness.kept])
    const path = `/${id}.jpg`
    const answer = await balance('read', (base, signal) => ask(base, path, { signal }))
    count(`original ${answer?.status}`)
    if (answer?.status !== 200) return void witness.wrong.push(describe(path, answer))
    if (!answer.body.equals(bytes)) witness.wrong.push(`${path}: other bytes`)
  }

  return { uploadOne, getVariant, getOriginal }
}

export type Wanted = { readonly id: string; readonly box: number; readonly format: string }

/** Returns the fault of an image that should be the crop of an upload; undefined if there is none. */
export async function findProblem(
  bytes: Uint8Array,
  { id, box, format }: Wanted,
): Promise<string | undefined> {
  const { width, height, format: found } = await sharp(bytes).metadata()
  if (width !== box || height !== box) return `${width}x${height}`
  if (found !== mimes[format as keyof typeof mimes]) return `a ${found}`
  return (await isOfColour(bytes, colourOf(id))) ? undefined : 'the image of another id'
}
