import { loadConfig } from '@iaas/common/config/load'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createRegistry } from '@iaas/common/metrics/registry'
import { apiConfigSchema } from './config.ts'
import { startApi } from './create-api.ts'

await runService(async () => {
  const config = loadConfig(apiConfigSchema, process.env)
  const log = createLogger('api', config.log)
  const api = await startApi(config, log, createRegistry('api'))
  log.info('api ready', { port: api.port, adminPort: api.adminPort })
  return api
})
