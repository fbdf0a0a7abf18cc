import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { type Answer, ask, json, postToken, upload } from '../support/http.ts'
import type { Balance } from './_balance.ts'
import { colourOf, drawImage, isOfColour } from './_coloured-images.ts'
import type { Random } from '@iaas/testing/random'
import type { Witness } from './_witness.ts'

/** Clients pause now and then, ms: an overload is another test's. */
const pauseMs = 20

const mimes = { jpg: 'jpeg', png: 'png', webp: 'webp' } as const
const formats = ['jpg', 'png', 'webp'] as const

/** Clients that upload images and ask for them. */
export function createLoad(balance: Balance, random: Random, witness: Witness) {
  const { count, describe, send } = balance
  let serial = 0

  async function uploadOne(): Promise<void> {
    await delay(pauseMs)
    const id = `chaos-${(serial += 1)}`
    const image = await drawImage(id, 40 + random.below(200), 30)
    const issued = await send('write', (base, signal) => postToken(base, { id }, signal))
    if (issued?.status !== 200) return refused('token', issued, [403, 503])
    const token = json(issued)['token'] as string
    const answer = await send('write', (base, signal) => upload(base, id, token, image, '', signal))
    if (answer?.status !== 200) return refused('upload', answer, [403, 503])
    count('upload 200')
    witness.kept.set(id, image)
  }

  function refused(what: string, answer: Answer | undefined, allowed: readonly number[]): void {
    count(`${what} ${answer?.status}`)
    if (answer === undefined || allowed.includes(answer.status)) return
    witness.wrong.push(describe(what, answer))
  }

  async function getVariant(): Promise<void> {
    await delay(pauseMs)
    const id = random.pick([...witness.kept.keys()])
    const box = 10 + random.below(40)
    const format = random.pick(formats)
    const path = `/${id}_${box}_${box}.${format}?fit=crop`
    witness.asked.add(path)
    const answer = await send('read', (base, signal) => ask(base, path, { signal }))
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
    const answer = await send('read', (base, signal) => ask(base, path, { signal }))
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
