import { loadConfig } from '@iaas/common/config/load'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { apiConfigSchema } from './config.ts'
import { startApi } from './create-api.ts'

await runService(async () => {
  const config = loadConfig(apiConfigSchema, process.env)
  const log = createLogger('api', config.log)
  const api = await startApi({ config, log, telemetry: createTelemetry('api', log) })
  log.info('api ready', { port: api.port, adminPort: api.adminPort })
  return api
})
