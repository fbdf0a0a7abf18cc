import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { watchTree } from '../measure/process-tree.mjs'
import { quantile } from '../measure/statistics.mjs'
import { answerOf } from '../stage/answer-of.mjs'

const program = join(import.meta.dirname, 'bare-sharp-child.mjs')

/** As many processes as there are cores, each of which does nothing but what sharp is told. */
export function startBareSharp() {
  const children = Array.from({ length: availableParallelism() }, () => fork(program))

  return {
    /** Does one task `count` times, so many at a time as `concurrency` and the cores allow. Figures as of a server. */
    async run(task, { count, concurrency }) {
      const used = children.slice(0, concurrency)
      const run = { left: count, latenciesMs: [], bytes: 0 }
      const startedAt = performance.now()
      const pids = used.map(({ pid }) => pid)
      const { cpuSeconds, peakBytes } = await watchTree(pids, () =>
        Promise.all(used.map((child) => work(child, task, run))),
      )
      const seconds = (performance.now() - startedAt) / 1000
      return {
        perSecond: count / seconds,
        p50Ms: quantile(run.latenciesMs, 0.5),
        p99Ms: quantile(run.latenciesMs, 0.99),
        cpuMsEach: (cpuSeconds * 1000) / count,
        peakMiB: peakBytes / 2 ** 20,
        bytesEach: run.bytes / count,
      }
    },
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          const exited = once(child, 'exit')
          child.disconnect()
          await exited
        }),
      )
    },
  }
}

async function work(child, task, run) {
  while (run.left > 0) {
    run.left -= 1
    child.send(task)
    const { ms, bytes } = await answerOf(child)
    run.latenciesMs.push(ms)
    run.bytes += bytes
  }
}
