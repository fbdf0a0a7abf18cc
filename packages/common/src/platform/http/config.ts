import { integer, text } from '../config/setting.ts'

const loopback = '127.0.0.1'

/** Settings at the root of the configuration: where a service listens. */
export const listenSettings = {
  port: integer({ min: 0, max: 65_535, fallback: 1337 }, 'The public port.', 'PORT'),
  listen_address: text({
    description: 'The address of the public port. Default: `127.0.0.1`.',
    env: 'LISTEN_ADDRESS',
  }).transform((host) => host ?? loopback),
  max_connections: integer(
    { min: 1, max: 1_000_000, fallback: 2000 },
    'Concurrent connections to the public port. Beyond it, the connection that has been idle longest is closed, or the new one if none is idle.',
    'MAX_CONNECTIONS',
  ),
  lame_duck: integer(
    { min: 0, max: 10_000, fallback: 0 },
    'Milliseconds for which a service that ends still accepts connections. Meanwhile `/readyz` is 503 and `/healthz` says `draining`, so that a load balancer stops sending requests before the port closes.',
    'LAME_DUCK',
  ),
  admin_port: integer(
    { min: 0, max: 65_535, fallback: 1338 },
    'The port of the admin listener (`/metrics`).',
    'ADMIN_PORT',
  ),
  admin_address: text({
    description: 'The address of the admin listener. Default: `127.0.0.1`.',
    env: 'ADMIN_ADDRESS',
  }).transform((host) => host ?? loopback),
}
