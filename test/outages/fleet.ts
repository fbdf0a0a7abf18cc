import { once } from 'node:events'
import type { Deployed } from '../support/deployed.ts'
import { childrenOf } from '../support/processes.ts'
import type { Stack, StackOptions } from '../support/stack.ts'
import { apiKeys } from './_management.ts'

export type ServiceName = 'api' | 'renderer' | 'uploader'

/** One process of a service. Its place stays when it is started again. */
export type Member = {
  readonly service: ServiceName
  readonly name: string
  readonly options: StackOptions
  stack: Stack
  /** When it was last stopped, ended or not yet back, ms of `performance.now()`. */
  readonly outages: { from: number; to: number }[]
}

/** Two apis, a renderer and two uploaders, which are started again when a fault has ended them. */
export type Fleet = AsyncDisposable & {
  readonly members: readonly Member[]
  /** The ends of processes that no fault of ours has brought about. */
  readonly unexpected: string[]
  readonly ended: () => number
  /** Ends it as its platform would, and starts it again, in an environment of its own where one is given. */
  restart(member: Member, signal: 'SIGKILL' | 'SIGTERM', env?: StackOptions['env']): Promise<void>
  /** Stops it until the returned function is called. */
  freeze(member: Member): () => void
  /** Kills one of the processes that decode for it; false: it has none. */
  killChild(member: Member): boolean
}

/** Makes all objects of an image one listing of the bucket. */
const linksSecret = 'the-secret-of-the-links'
const settings = {
  api: { API_KEYS: apiKeys, LINKS_SECRET: linksSecret },
  renderer: {},
  uploader: { CHECKS_PER_MINUTE: '6000', LINKS_SECRET: linksSecret },
} as const
/** Ends of processes are noticed a little later than connections break, ms. */
const marginMs = 1500

export async function startFleet(deployed: Deployed): Promise<Fleet> {
  const expected = new WeakSet<Stack>()
  const unexpected: string[] = []
  let ends = 0

  async function start(service: ServiceName, options: StackOptions): Promise<Stack> {
    const stack = await deployed.start(service, options)
    stack.process.once('exit', (code, signal) => {
      if (!expected.has(stack)) unexpected.push(`${service}: ${code ?? signal}\n${stack.output()}`)
    })
    return stack
  }

  async function addMember(service: ServiceName, index: number): Promise<Member> {
    const env = settings[service]
    const stack = await start(service, { env })
    const options = { env, port: Number(new URL(stack.base).port) }
    return { service, name: `${service} ${index}`, options, stack, outages: [] }
  }

  const members = [
    await addMember('renderer', 1),
    await addMember('api', 1),
    await addMember('api', 2),
    await addMember('uploader', 1),
    await addMember('uploader', 2),
  ]

  return {
    members,
    unexpected,
    ended: () => ends,
    async restart(member, signal, env = {}) {
      const { stack, service, options } = member
      const outage = beginOutage(member)
      const { process: child } = stack
      expected.add(stack)
      ends += 1
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill(signal)
        const [code, by] = (await exited) as [number | null, NodeJS.Signals | null]
        // One that is still being loaded has nothing to end in order: the signal itself ends it.
        const isOrderly = code === 0 || by === signal
        if (!isOrderly) unexpected.push(`${member.name}: ends with ${code ?? by}`)
      }
      member.stack = await start(service, { ...options, env: { ...options.env, ...env } })
      outage.to = performance.now() + marginMs
    },
    freeze(member) {
      const outage = beginOutage(member)
      const { process: child } = member.stack
      child.kill('SIGSTOP')
      return () => {
        child.kill('SIGCONT')
        outage.to = performance.now() + marginMs
      }
    },
    killChild({ stack }) {
      const [child] = childrenOf(stack.process.pid)
      if (child !== undefined) process.kill(child, 'SIGKILL')
      return child !== undefined
    },
    async [Symbol.asyncDispose]() {
      for (const { stack } of members) {
        expected.add(stack)
        stack.process.kill('SIGCONT')
        await stack[Symbol.asyncDispose]()
      }
    },
  }
}

function beginOutage(member: Member): { from: number; to: number } {
  const outage = { from: performance.now(), to: Number.POSITIVE_INFINITY }
  member.outages.push(outage)
  return outage
}

/** Whether something that began and ended then may have met with an outage of the member itself. */
export function wasOut({ outages }: Member, from: number, to: number): boolean {
  return outages.some((outage) => outage.from <= to && outage.to >= from)
}
