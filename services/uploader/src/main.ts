import { loadConfig } from '@iaas/common/config/load'
import { warnOfIgnored } from '@iaas/common/config/warn-of-ignored'
import { createAdminApp } from '@iaas/common/http/admin-app'
import { listen } from '@iaas/common/http/server'
import { compose } from '@iaas/common/lifecycle/own'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { warnOfRoot } from '@iaas/rendering/decodes-as-root'
import { uploaderConfigSchema } from './config.ts'
import { startUploader } from './compose.ts'

const adminDrainMs = 1000

await runService(async () => {
  const config = loadConfig(uploaderConfigSchema, process.env)
  const log = createLogger('uploader', config.log)
  warnOfIgnored(process.env, log)
  warnOfRoot(config.renderer, log)
  const telemetry = createTelemetry('uploader', log)
  return compose(log, async (own) => {
    const admin = await listen(createAdminApp(telemetry.registry), {
      port: config.admin_port,
      setting: 'ADMIN_PORT',
      host: config.admin_address ?? '127.0.0.1',
    })
    own('admin', admin, (listening) => listening.close(adminDrainMs))
    own('uploader', await startUploader({ config, log, telemetry }), (uploader) => uploader.close())
    log.info('uploader ready')
    return {}
  })
})
