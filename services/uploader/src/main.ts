import { loadConfig } from '@iaas/common/config/load'
import { warnOfIgnored } from '@iaas/common/config/warn-of-ignored'
import { createAdminApp } from '@iaas/common/http/admin-app'
import { listen } from '@iaas/common/http/server'
import { startParts } from '@iaas/common/lifecycle/closers'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { warnOfRoot } from '@iaas/rendering/decodes-as-root'
import { uploaderConfigSchema } from './config.ts'
import { startUploader } from './start-uploader.ts'

await runService(async () => {
  const config = loadConfig(uploaderConfigSchema, process.env)
  const log = createLogger('uploader', config.log)
  warnOfIgnored(process.env, log)
  warnOfRoot(config.renderer, log)
  const telemetry = createTelemetry('uploader', log)
  return startParts(log, async (closers) => {
    const admin = await listen(createAdminApp(telemetry.registry), {
      port: config.admin_port,
      setting: 'ADMIN_PORT',
      host: config.admin_address ?? '127.0.0.1',
    })
    closers.add('admin', () => admin.close(1000))
    const uploader = await startUploader({ config, log, telemetry })
    closers.add('uploader', () => uploader.close())
    log.info('uploader ready')
    return closers
  })
})
