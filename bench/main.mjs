// `npm run bench`: measures the service against the limits of this machine and against its peers. See README.md.
import { parseArguments } from './arguments.mjs'
import { createReport, writeReport } from './report/report.mjs'
import { say } from './report/say.mjs'
import { chooseScenarios } from './scenarios/index.mjs'

const options = parseArguments(process.argv.slice(2))
const report = createReport(options)
for (const scenario of chooseScenarios(options)) {
  say(`\n${scenario.title}`)
  report.scenarios[scenario.name] = { title: scenario.title, ...(await scenario.run(options)) }
}
await writeReport(report, options)
