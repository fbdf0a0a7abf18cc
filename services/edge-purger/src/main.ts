import { parseConfig } from '@iaas/common/config/load'
import { listen } from '@iaas/common/http/server'
import { compose } from '@iaas/common/lifecycle/own'
import { runService } from '@iaas/common/lifecycle/run-service'
import { createLogger } from '@iaas/common/log'
import { createPurgerApp } from './app.ts'
import { edgePurgerConfigSchema } from './config.ts'
import { createPurges } from './purges.ts'

await runService(async () => {
  const config = parseConfig(edgePurgerConfigSchema, {}, process.env)
  const log = createLogger('edge-purger', config.log)
  return compose(log, async (own) => {
    const { cache_dir: cacheDir, settle: settleMs, port, address: host } = config.edge_purger
    const purges = own('purges', createPurges({ cacheDir, settleMs, log }))
    const app = createPurgerApp({ purges, secret: config.edge_secret })
    const server = own('port', await listen(app, { port, host }), (listener) =>
      listener.close(1000),
    )
    log.info('edge purger ready', { port: server.port })
    return {}
  })
})
