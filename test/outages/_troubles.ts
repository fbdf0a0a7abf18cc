import { type Deployed, dependencies } from '../support/deployed.ts'
import { shiftedClock } from '../support/shifted-clock.ts'
import type { Fleet, Member } from './fleet.ts'
import type { SmallDisk } from '@iaas/testing/small-disk'
import type { Fault } from '../support/tcp-proxy.ts'

/** A fault that chaos may choose. Two of the same target are never there at once. */
export type Trouble = {
  readonly name: string
  readonly target: string
  /** @returns what ends it, and resolves once it is over */
  begin(): Promise<() => Promise<void>>
}

const proxyFaults: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'delay', ms: 2000 },
  { kind: 'throttle', bytesPerSecond: 2000 },
  { kind: 'cut', afterBytes: 100 },
]
const clocks = ['+1h', '-1h', '+10m'] as const

/** All faults that this machine can bring about. */
export function listTroubles(
  deployed: Deployed,
  fleet: Fleet,
  disk: SmallDisk | undefined,
): readonly Trouble[] {
  return [
    ...ofDependencies(deployed),
    ...ofRedis(deployed),
    ...fleet.members.flatMap((member) => ofMember(fleet, member)),
    ...(disk === undefined ? [] : ofDisk(disk)),
  ]
}

function ofDependencies({ proxies }: Deployed): readonly Trouble[] {
  return dependencies.flatMap((name) =>
    proxyFaults.map((fault) => ({
      name: `${name} ${fault.kind}`,
      target: name,
      async begin() {
        await proxies[name].set(fault)
        return () => proxies[name].set({ kind: 'none' })
      },
    })),
  )
}

function ofRedis({ redis }: Deployed): readonly Trouble[] {
  return [
    {
      name: 'redis SIGSTOP',
      target: 'redis',
      async begin() {
        redis.process.kill('SIGSTOP')
        return async () => void redis.process.kill('SIGCONT')
      },
    },
    {
      name: 'redis FLUSHALL',
      target: 'redis',
      async begin() {
        await redis.flushAll()
        return async () => {}
      },
    },
  ]
}

function ofMember(fleet: Fleet, member: Member): readonly Trouble[] {
  // The apis count as one target: a client always finds one that is not at fault.
  const trouble = { target: member.service }
  const restart =
    (signal: 'SIGKILL' | 'SIGTERM', env = {}) =>
    async () => {
      const restarted = fleet.restart(member, signal, env)
      return () => restarted
    }
  const { name, service } = member
  const shifts = service === 'renderer' ? [] : clocks
  return [
    { ...trouble, name: `${name} SIGKILL`, begin: restart('SIGKILL') },
    { ...trouble, name: `${name} SIGTERM`, begin: restart('SIGTERM') },
    ...shifts.map((by) => ({
      target: service,
      name: `${name} clock ${by}`,
      begin: restart('SIGTERM', shiftedClock(by)),
    })),
    {
      ...trouble,
      name: `${name} SIGSTOP`,
      async begin() {
        const thaw = fleet.freeze(member)
        return async () => thaw()
      },
    },
    ...(service === 'uploader' ? [] : [{ ...trouble, ...ofChild(fleet, member) }]),
  ]
}

function ofChild(fleet: Fleet, member: Member) {
  return {
    name: `${member.name} child SIGKILL`,
    async begin() {
      fleet.killChild(member)
      return async () => {}
    },
  }
}

function ofDisk(disk: SmallDisk): readonly Trouble[] {
  return [
    { name: 'disk full', target: 'disk', begin: () => disk.fill() },
    {
      name: 'disk read-only',
      target: 'disk',
      async begin() {
        disk.setReadOnly(true)
        return async () => void disk.setReadOnly(false)
      },
    },
  ]
}
