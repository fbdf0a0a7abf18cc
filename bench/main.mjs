// `npm run bench`: measures the service against the limits of this machine and against its peers. See README.md.
import { parseArguments } from './arguments.mjs'
import { compareWithBaseline, writeBaseline } from './report/baseline.mjs'
import { createReport, writeReport } from './report/report.mjs'
import { say } from './report/say.mjs'
import { chooseScenarios } from './scenarios/index.mjs'

const options = parseArguments(process.argv.slice(2))
const report = createReport(options)
for (const scenario of chooseScenarios(options)) {
  say(`\n${scenario.title}`)
  report.scenarios[scenario.name] = { title: scenario.title, ...(await scenario.run(options)) }
}
await writeReport(report)
if (options.writesBaseline) writeBaseline(report)
else if (options.isQuick) {
  const { text, fallen } = compareWithBaseline(report)
  process.stdout.write(`\n${text}\n`)
  if (fallen > 0) process.exitCode = 1
}
