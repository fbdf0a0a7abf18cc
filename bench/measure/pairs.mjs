import { say } from '../report/say.mjs'
import { medianRun, summarize } from './statistics.mjs'

/**
 * Measures two things in turn, A B A B ..., so that what the machine does besides meets both alike.
 *
 * @param options.ours and `reference` measure once; both give `perSecond` and whatever else there is to know
 * @param options.pairs how often
 * @returns a row of the report: the ratios are above 1 where ours is the faster, or takes less of the processors
 */
export async function measurePairs({ name, referenceName, ours, reference, pairs }) {
  const runs = []
  for (let pair = 0; pair < pairs; pair += 1) {
    runs.push({ ours: await ours(pair), reference: await reference(pair) })
  }
  const row = {
    name,
    referenceName,
    ratio: summarize(runs.map((run) => run.ours.perSecond / run.reference.perSecond)),
    cpuRatio: summarize(runs.map((run) => run.reference.cpuMsEach / run.ours.cpuMsEach)),
    ours: medianRun(runs.map((run) => run.ours)),
    reference: medianRun(runs.map((run) => run.reference)),
  }
  const { median, low, high } = row.ratio
  say(
    `  ${name}: ${median.toFixed(3)} of ${referenceName} (${low.toFixed(3)} to ${high.toFixed(3)})`,
  )
  return row
}
