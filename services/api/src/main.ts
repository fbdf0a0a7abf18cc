import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { loadConfig } from '@iaas/common/config/load'
import { warnOfIgnored } from '@iaas/common/config/warn-of-ignored'
import { logWarnings } from '@iaas/common/lifecycle/log-warnings'
import { type Service, runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { warnOfRoot } from '@iaas/rendering/decodes-as-root'
import { apiConfigSchema } from './config.ts'
import { startApi } from './compose.ts'
import { joinProcesses } from './join-processes.ts'
import { requireSecret } from './require-secret.ts'
import { adminSocketVariable, startProcesses } from './start-processes.ts'

await runService(async (): Promise<Service> => {
  const config = loadConfig(apiConfigSchema, process.env)
  requireSecret(config, process.env)
  const log = createLogger('api', config.log)
  logWarnings(log)
  if (!cluster.isWorker) {
    warnOfIgnored(process.env, log)
    warnOfRoot(config.renderer, log)
    if (config.secret === undefined)
      log.warn('no secret: everyone who reaches POST /token gets tokens')
  }
  const count = config.processes === 0 ? availableParallelism() : config.processes
  if (count > 1 && cluster.isPrimary) return startProcesses({ config, log, count })
  const telemetry = createTelemetry('api', log)
  if (cluster.isWorker) {
    const adminSocket = process.env[adminSocketVariable] ?? ''
    return joinProcesses({ config, log, telemetry, adminSocket }, count)
  }
  const api = await startApi({ config, log, telemetry })
  log.info('api ready', { port: api.port, adminPort: api.adminPort })
  return api
})
