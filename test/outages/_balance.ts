import type { Answer } from '../support/http.ts'
import { type Member, wasOut } from './fleet.ts'
import type { Random } from '@iaas/testing/random'
import type { Witness } from './_witness.ts'

/** Longest time of an answer: every dependency hung at once, and a render; ms. */
const answerMs = { read: 8000, write: 20_000 } as const
const maxWaitMs = 25_000

type Send = (base: string, signal: AbortSignal) => Promise<Answer>

export type Balance = ReturnType<typeof createBalance>

/** Clients behind a load balancer: a request that one api does not answer is sent to the other. */
export function createBalance(apis: readonly Member[], random: Random, witness: Witness) {
  function count(event: string): void {
    witness.counts.set(event, (witness.counts.get(event) ?? 0) + 1)
  }

  /** Resolves to undefined if no api answered. */
  async function send(kind: keyof typeof answerMs, request: Send): Promise<Answer | undefined> {
    const first = random.below(apis.length)
    for (const api of [...apis.slice(first), ...apis.slice(0, first)]) {
      const answer = await attempt(api, kind, request)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  async function attempt(api: Member, kind: keyof typeof answerMs, request: Send) {
    const from = performance.now()
    try {
      const answer = await request(api.stack.base, AbortSignal.timeout(maxWaitMs))
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

  /** Describes an answer with the lines that its api has logged of it. */
  function describe(request: string, answer: Answer | undefined): string {
    if (answer === undefined) return `${request}: no api`
    const { status, headers, body } = answer
    const requestId = String(headers['x-request-id'])
    const lines = apis.flatMap(({ stack }) => stack.output().split('\n'))
    const logged = lines.filter((line) => line.includes(requestId))
    return [`${request}: ${status}`, body.toString().slice(0, 300), ...logged].join('\n')
  }

  return { count, send, describe }
}
