// The limit of a start: the embedded PostgreSQL, then Node's own server, and nothing else.
import { createServer } from 'node:http'
import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'

const [portText, dataDir] = process.argv.slice(2)
const database = await startEmbeddedPostgres({ dataDir })
const server = createServer((_request, response) => response.end())
server.listen(Number(portText), '127.0.0.1')

process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void database[Symbol.asyncDispose]()
})
