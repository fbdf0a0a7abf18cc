import { loadConfig } from '@iaas/common/config/load'
import { warnOfIgnored } from '@iaas/common/config/warn-of-ignored'
import { logWarnings } from '@iaas/common/lifecycle/log-warnings'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { warnOfRoot } from '@iaas/rendering/decodes-as-root'
import { rendererConfigSchema } from './config.ts'
import { startRenderer } from './compose.ts'

await runService(async () => {
  const config = loadConfig(rendererConfigSchema, process.env)
  const log = createLogger('renderer', config.log)
  logWarnings(log)
  warnOfIgnored(process.env, log)
  warnOfRoot({ url: undefined, fallback: true }, log)
  const renderer = await startRenderer(config, log)
  log.info('renderer ready', { port: renderer.port })
  return renderer
})
