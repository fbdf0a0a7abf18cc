import { randomBytes } from 'node:crypto'
import { fontsFolder } from '@iaas/testing/fonts'
import { findFreePort } from '@iaas/testing/free-port'
import { openCompose } from '../support/compose.ts'
import { contractFiles } from '../support/edge-target.ts'

/** Builds the images and brings the project up, scaled, under a name and on ports of its own. */
export default async function setup(): Promise<void> {
  const project = `iaas-test-${randomBytes(4).toString('hex')}`
  process.env['TEST_COMPOSE_PROJECT'] = project
  process.env['TEST_FONTS'] = fontsFolder()
  process.env['EDGE_PORT'] = `${await findFreePort()}`
  process.env['EDGE_ADMIN_PORT'] = `${await findFreePort()}`
  const scale = ['api=2', 'renderer=2', 'uploader=3'].flatMap((each) => ['--scale', each])
  await openCompose(project, contractFiles).run(['up', '--build', '--wait', ...scale])
}
