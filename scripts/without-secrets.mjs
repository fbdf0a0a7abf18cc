/** Variables that hold secrets: those that may be given as a file, and a whole configuration. */
const secrets = new Set([
  'ADMIN_PASSWORD',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'DATABASE_URL',
  'LINKS_SECRET',
  'NODE_CONFIG',
  'PGPASSWORD',
  'REDIS_URL',
  'SIGNING_KEYS',
  'API_KEYS',
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
