import { once } from 'node:events'
import { until } from '@iaas/testing/until'
import { type Deployed, dependencies } from '../support/deployed.ts'
import type { Stack } from '../support/stack.ts'
import type { Fault } from '../support/tcp-proxy.ts'

export type OutageScene = { readonly deployed: Deployed; uploader: Stack }

/** A dependency of the api, in one of the ways in which it can be away. */
export type Outage = {
  readonly dependency: 'PostgreSQL' | 'Redis' | 'S3' | 'renderer' | 'uploader'
  readonly fault: 'refused' | 'hung' | 'slow' | 'reset' | 'cut'
  /** @returns what ends it, and resolves when the dependency is back */
  begin(): Promise<() => Promise<void>>
}

const names = { database: 'PostgreSQL', redis: 'Redis', s3: 'S3', renderer: 'renderer' } as const

const proxyFaults = {
  refused: { kind: 'refuse' },
  hung: { kind: 'hang' },
  slow: { kind: 'delay', ms: 3000 },
  reset: { kind: 'reset' },
  cut: { kind: 'cut', afterBytes: 20 },
} as const satisfies Record<Outage['fault'], Fault>

/** How long an uploader that is slow runs, and then does not, ms. */
const limpMs = 300

/** Every dependency, in every way in which it can be away. */
export function listOutages(scene: () => OutageScene): readonly Outage[] {
  return [
    ...dependencies.flatMap((name) =>
      Object.entries(proxyFaults).map(([fault, proxied]) => ({
        dependency: names[name],
        fault: fault as Outage['fault'],
        async begin() {
          const proxy = scene().deployed.proxies[name]
          await proxy.set(proxied)
          return () => proxy.set({ kind: 'none' })
        },
      })),
    ),
    ...ofUploader(scene),
  ]
}

function ofUploader(scene: () => OutageScene): readonly Outage[] {
  const find = () => scene().uploader.process

  async function end(signal: NodeJS.Signals): Promise<() => Promise<void>> {
    const child = find()
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return async () => {
      scene().uploader = await scene().deployed.start('uploader')
      await untilAlive(scene().uploader)
    }
  }

  const dependency = 'uploader'
  return [
    { dependency, fault: 'refused', begin: () => end('SIGTERM') },
    { dependency, fault: 'cut', begin: () => end('SIGKILL') },
    {
      dependency,
      fault: 'hung',

      async begin() {
        const child = find()
        child.kill('SIGSTOP')
        return async () => void child.kill('SIGCONT')
      },
    },
    {
      dependency,
      fault: 'slow',

      async begin() {
        const child = find()
        let turns = 0
        const limp = setInterval(
          () => child.kill((turns += 1) % 2 === 1 ? 'SIGSTOP' : 'SIGCONT'),
          limpMs,
        )
        return async () => {
          clearInterval(limp)
          child.kill('SIGCONT')
        }
      },
    },
  ]
}

async function untilAlive({ admin }: Stack): Promise<void> {
  await until(() =>
    fetch(`${admin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
}
