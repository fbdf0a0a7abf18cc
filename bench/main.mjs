// `npm run bench`: measures the service against the limits of this machine and against its peers. See README.md.
import { parseArguments } from './arguments.mjs'
import { compareWithBaseline, writeBaseline } from './report/baseline.mjs'
import { createReport, printReport, saveReport } from './report/report.mjs'
import { say } from './report/say.mjs'
import { writePage } from './report/write-page.mjs'
import { chooseScenarios } from './scenarios/index.mjs'

const options = parseArguments(process.argv.slice(2))
if (options.writesPage) await writePage()
else await measure()

async function measure() {
  const report = createReport(options)
  for (const scenario of chooseScenarios(options)) {
    say(`\n${scenario.title}`)
    report.scenarios[scenario.name] = { title: scenario.title, ...(await scenario.run(options)) }
    // One that fails, or is ended, takes none of the others with it.
    say(`Written to ${await saveReport(report)}`)
  }
  printReport(report)
  if (options.writesBaseline) writeBaseline(report)
  else if (options.isQuick) judge(report)
}

function judge(report) {
  const { text, fallen } = compareWithBaseline(report)
  process.stdout.write(`\n${text}\n`)
  if (fallen > 0) process.exitCode = 1
}
