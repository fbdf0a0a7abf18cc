import { fork } from 'node:child_process'
import { join } from 'node:path'
import { quantile } from '../measure/statistics.mjs'
import { watchTree } from '../measure/process-tree.mjs'
import { answerOf } from '../stage/answer-of.mjs'

/**
 * Asks a server for each of some paths once, so many at a time.
 *
 * @param options.pids the roots of the server's processes
 * @returns figures: images by second, latencies, and what the server took for it
 * @throws Error where any answer is no 200
 */
export async function askForImages({ base, paths, concurrency, pids, headers = {} }) {
  const child = fork(join(import.meta.dirname, 'http-child.mjs'))
  const asked = watchTree(pids, async () => {
    child.send({ base, paths, concurrency, headers })
    return answerOf(child)
  })
  const { result, cpuSeconds, peakBytes } = await asked
  if (result.statuses[200] !== paths.length) {
    throw new Error(`${base}${paths[0]} and the like: ${JSON.stringify(result.statuses)}`)
  }
  return {
    perSecond: paths.length / result.seconds,
    p50Ms: quantile(result.latenciesMs, 0.5),
    p99Ms: quantile(result.latenciesMs, 0.99),
    cpuMsEach: (cpuSeconds * 1000) / paths.length,
    peakMiB: peakBytes / 2 ** 20,
    bytesEach: result.bytes / paths.length,
    generatorCpuMsEach: (result.generatorCpuSeconds * 1000) / paths.length,
  }
}
