import { requireSecret } from '@iaas/api/require-secret'
import { loadConfig } from '@iaas/common/config/load'
import { warnOfIgnored } from '@iaas/common/config/warn-of-ignored'
import { logWarnings } from '@iaas/common/lifecycle/log-warnings'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { standaloneConfigSchema } from './config.ts'
import { formatGreeting } from './greeting.ts'
import { startStandalone } from './compose.ts'

await runService(async () => {
  const config = loadConfig(standaloneConfigSchema, process.env)
  requireSecret(config, process.env)
  const log = createLogger('standalone', config.log)
  logWarnings(log)
  warnOfIgnored(process.env, log)
  const standalone = await startStandalone({ config, log, onProgress: say })
  say(formatGreeting(standalone.greeting))
  return standalone
}, say)

/** Writes for people; the log uses the other stream. */
function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
