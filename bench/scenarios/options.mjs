import { fork } from 'node:child_process'
import { join } from 'node:path'
import { median, summarize } from '../measure/statistics.mjs'
import { listAddresses, plain } from '../options/cases.mjs'
import { say } from '../report/say.mjs'
import { answerOf } from '../stage/answer-of.mjs'
import { provideTask } from './miss.mjs'

const program = join(import.meta.dirname, '..', 'options', 'render-child.mjs')
const photo = 'jpeg-2'
const pairs = 25
const warmUps = 40

/** Processor time of each option, in turn with a plain resize in the same process. */
export const options = {
  name: 'options',
  title: `Options: processor time beside a plain resize, ${photo} to 400 px`,
  isQuick: false,
  async run() {
    const { path } = await provideTask({ photo, format: 'jpg', box: 400 })
    const child = fork(program)
    try {
      return { costs: await measureAll(child, path) }
    } finally {
      if (child.connected) child.disconnect()
    }
  },
}

async function measureAll(child, path) {
  const measure = async (address) => {
    child.send({ path, address })
    return (await answerOf(child)).cpuMs
  }
  for (let time = 0; time < warmUps; time += 1) await measure(plain)
  const costs = []
  for (const address of listAddresses()) costs.push(await measureCost(measure, address))
  return costs
}

async function measureCost(measure, address) {
  // The first render compiles what no other option needs.
  await measure(address)
  const runs = []
  for (let pair = 0; pair < pairs; pair += 1) {
    runs.push({ option: await measure(address), plain: await measure(plain) })
  }
  const ratio = summarize(runs.map((run) => run.option / run.plain))
  say(`  ${address}: ${ratio.median.toFixed(2)} of a plain resize`)
  return {
    name: address,
    cpuMs: median(runs.map((run) => run.option)),
    plainCpuMs: median(runs.map((run) => run.plain)),
    ratio,
  }
}
