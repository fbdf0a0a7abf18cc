import { loadConfig } from '@iaas/common/config/load'
import { warnOfIgnored } from '@iaas/common/config/warn-of-ignored'
import { startAdminListener } from '@iaas/common/http/admin-listener'
import { compose } from '@iaas/common/lifecycle/own'
import { logWarnings } from '@iaas/common/lifecycle/log-warnings'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { warnOfRoot } from '@iaas/rendering/decodes-as-root'
import { uploaderConfigSchema } from './config.ts'
import { startUploader } from './compose.ts'

await runService(async () => {
  const config = loadConfig(uploaderConfigSchema, process.env)
  const log = createLogger('uploader', config.log)
  logWarnings(log)
  warnOfIgnored(process.env, log)
  warnOfRoot(config.renderer, log)
  const telemetry = createTelemetry('uploader', log)
  return compose(log, async (own) => {
    own('admin', await startAdminListener(config, telemetry.registry))
    own('uploader', await startUploader({ config, log, telemetry }), (uploader) => uploader.close())
    log.info('uploader ready')
    return {}
  })
})
