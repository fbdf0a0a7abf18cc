import type { Logger } from '@iaas/common/log'

/** Logs that jobs of a queue are delayed because a store is down: once at the start, once at the end. */
export type OutageLog = {
  /** Called when a job is delayed. */
  putOff(reason: string): void
  /** Called when a job succeeds. */
  done(): void
}

export function createOutageLog(queue: string, log: Pick<Logger, 'warn'>): OutageLog {
  let since = 0
  let putOff = 0
  return {
    putOff(reason) {
      putOff += 1
      if (putOff > 1) return
      since = performance.now()
      log.warn('jobs delayed: a store is down', { queue, reason })
    },
    done() {
      if (putOff === 0) return
      const seconds = Math.round((performance.now() - since) / 1000)
      log.warn('jobs resumed', { queue, putOff, seconds })
      putOff = 0
    },
  }
}
