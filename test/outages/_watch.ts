import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import type { Random } from '@iaas/testing/random'
import { type Answer, ask } from '../support/http.ts'
import type { Balance } from './_balance.ts'
import { nameOf } from './_change.ts'
import { colourOf, isOfColour } from './_coloured-images.ts'
import type { Face, Life, Read } from './_life.ts'
import type { Witness } from './_witness.ts'

const pauseMs = 10
const sides = 6
const formats = ['jpg', 'webp'] as const

/** A client that reads images while others replace, purge and delete them. */
export function createWatch(balance: Balance, random: Random, witness: Witness) {
  return async function watchOne(): Promise<void> {
    await delay(pauseMs)
    if (witness.lives.length === 0) return
    // Most reads are of the images that are just being changed.
    const recent = witness.lives.slice(-4)
    const life = random.pick(random.below(3) === 0 ? witness.lives : recent)
    const side = 10 + random.below(sides)
    const path = `/${life.id}_${side}_${side}.${random.pick(formats)}?fit=crop`
    const read = life.read()
    life.asked.add(path)
    const answer = await balance.send('read', (base, signal) => ask(base, path, { signal }))
    const problem = await findFault(life, read, answer)
    read.end()
    balance.count(`life ${answer?.status}`)
    if (problem !== undefined) witness.wrong.push(balance.describe(`${path}: ${problem}`, answer))
  }
}

/** Returns what is wrong with an answer; undefined if nothing is. */
export async function findFault(
  life: Life,
  read: Read,
  answer: Answer | undefined,
): Promise<string | undefined> {
  if (answer?.status !== 307) return findWrongFace(life, read, answer?.status, answer?.body)
  const { location = '' } = answer.headers
  if (read.banned.has(location)) return `a redirect to ${location}, which is of before`
  life.seen.add(location)
  const object = await fetch(location)
  if (!object.ok) return read.metRemoval() ? undefined : `a redirect to nothing: ${object.status}`
  return findWrongFace(life, read, 200, Buffer.from(await object.arrayBuffer()))
}

async function findWrongFace(
  { id }: Life,
  { faces }: Read,
  status = 0,
  body: Uint8Array = Buffer.alloc(0),
): Promise<string | undefined> {
  if (status === 404 && faces.has('none')) return undefined
  if (status === 410 && faces.has('gone')) return undefined
  const possible = [...faces].join(' ')
  if (status !== 200) return `${status} instead of ${possible}`
  for (const face of faces) {
    if (isVersion(face) && (await isOfColour(body, colourOf(nameOf(id, face))))) return undefined
  }
  const { channels } = await sharp(body).stats()
  const colour = channels.map(({ mean }) => Math.round(mean)).join(',')
  return `an image of ${colour} instead of ${possible}`
}

function isVersion(face: Face): boolean {
  return face !== 'none' && face !== 'gone'
}
