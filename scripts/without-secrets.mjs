/** Variables that hold secrets: those that may be given as a file, and a whole configuration. */
const secrets = new Set([
  'ADMIN_PASSWORD',
  'API_KEYS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'CLOUDFLARE_API_TOKEN',
  'CLOUDFRONT_ACCESS_KEY_ID',
  'CLOUDFRONT_SECRET_ACCESS_KEY',
  'DATABASE_URL',
  'EDGE_PURGE_SECRET',
  'FASTLY_API_TOKEN',
  'LINKS_SECRET',
  'NODE_CONFIG',
  'PGPASSWORD',
  'REDIS_PASSWORD',
  'REDIS_QUEUES_PASSWORD',
  'REDIS_QUEUES_SENTINEL_PASSWORD',
  'REDIS_QUEUES_URL',
  'REDIS_SENTINEL_PASSWORD',
  'REDIS_URL',
  'SIGNING_KEYS',
  'TOKEN_SECRET',
  'TOKEN_SECRET_PREVIOUS',
])

/**
 * Returns an environment without secrets for programs that install and build, which run third-party code.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutSecrets(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(name)))
}
