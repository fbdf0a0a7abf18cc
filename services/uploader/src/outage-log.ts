import type { Logger } from '@iaas/common/log'

/** Tells of the jobs of a queue that are put off since a store is away: once when that begins, and once when it ends. */
export type OutageLog = {
  /** A job was put off. */
  putOff(reason: string): void
  /** A job was done. */
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
      log.warn('jobs are put off: a store is away', { queue, reason })
    },
    done() {
      if (putOff === 0) return
      const seconds = Math.round((performance.now() - since) / 1000)
      log.warn('jobs are done again', { queue, putOff, seconds })
      putOff = 0
    },
  }
}
