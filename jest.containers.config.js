import config from './jest.config.js'

const integration = config.projects.find(({ displayName }) => displayName === 'integration')
const setUps = './test/containers'

/** Where a Docker engine answers: what runs apart in containers, one after the other. @type {import('jest').Config} */
export default {
  ...config,
  testTimeout: 600_000,
  maxWorkers: 1,
  projects: [
    {
      ...integration,
      displayName: 'servers',
      testMatch: [
        '**/packages/{stores,queue}/test/**/*.it.test.ts',
        '**/services/uploader/test/**/*.it.test.ts',
      ],
      globalSetup: `${setUps}/servers-setup.ts`,
      globalTeardown: `${setUps}/servers-teardown.ts`,
    },
    {
      ...integration,
      displayName: 'edge',
      testMatch: ['**/test/*/*.contract.it.test.ts', '**/test/containers/*.test.ts'],
      globalSetup: `${setUps}/project-setup.ts`,
      globalTeardown: `${setUps}/project-teardown.ts`,
    },
  ],
}
