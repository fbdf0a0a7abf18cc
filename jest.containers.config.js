import config from './jest.config.js'

const integration = config.projects.find(({ displayName }) => displayName === 'integration')

/** @type {import('jest').Config} */
export default {
  ...config,
  testTimeout: 600_000,
  projects: [
    {
      ...integration,
      displayName: 'containers',
      testMatch: ['**/test/containers/*.test.ts'],
      globalSetup: undefined,
      globalTeardown: undefined,
    },
  ],
}
