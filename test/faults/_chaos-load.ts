import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'
import { type Answer, ask, json, postToken, upload } from '../support/http.ts'
import type { Random } from './_random.ts'

/** What clients have seen, and what must hold ever after. */
export type Witness = {
  /** Uploads that were answered 200, by id. */
  readonly kept: Map<string, Buffer>
  /** Variants that were asked for. */
  readonly asked: Set<string>
  readonly counts: Map<string, number>
  /** Answers that are none of the contract. */
  readonly wrong: string[]
}

/** Clients behind a load balancer: what cannot connect to one api is sent to another. */
export function createLoad(bases: () => readonly string[], random: Random, witness: Witness) {
  let serial = 0

  function count(what: string): void {
    witness.counts.set(what, (witness.counts.get(what) ?? 0) + 1)
  }

  /** undefined: the connection broke, with the api that had it. */
  async function balance(send: (base: string) => Promise<Answer>): Promise<Answer | undefined> {
    for (const base of bases()) {
      try {
        return await send(base)
      } catch {
        count('connection lost')
      }
    }
    return undefined
  }

  async function uploadOne(): Promise<void> {
    const id = `chaos-${(serial += 1)}`
    const size = 40 + random.below(200)
    const photo = await makePhoto({ width: size, height: 30, format: 'jpeg' })
    const issued = await balance((base) => postToken(base, { id }))
    if (issued?.status !== 200) return count(`token ${issued?.status}`)
    const token = json(issued)['token'] as string
    const answer = await balance((base) => upload(base, id, token, photo))
    count(`upload ${answer?.status}`)
    if (answer?.status === 200) witness.kept.set(id, photo)
    else if (answer !== undefined && ![403, 503].includes(answer.status)) {
      witness.wrong.push(`upload ${answer.status}`)
    }
  }

  async function getVariant(): Promise<void> {
    const id = random.pick([...witness.kept.keys()])
    const box = 10 + random.below(40)
    const path = `/${id}_${box}_${box}.${random.pick(['jpg', 'png', 'webp'])}?fit=crop`
    witness.asked.add(path)
    const answer = await balance((base) => ask(base, path))
    count(`variant ${answer?.status}`)
    if (answer === undefined || answer.status === 307) return
    if (answer.status !== 200) return void witness.wrong.push(`${path}: ${answer.status}`)
    const { width, height } = await sharp(answer.body).metadata()
    if (width !== box || height !== box) witness.wrong.push(`${path}: ${width}x${height}`)
  }

  async function getOriginal(): Promise<void> {
    const [id, bytes] = random.pick([...witness.kept])
    const answer = await balance((base) => ask(base, `/${id}.jpg`))
    count(`original ${answer?.status}`)
    if (answer !== undefined && !answer.body.equals(bytes)) witness.wrong.push(`${id}: other bytes`)
  }

  return { uploadOne, getVariant, getOriginal }
}
