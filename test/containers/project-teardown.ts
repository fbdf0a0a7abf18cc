import { openCompose } from '../support/compose.ts'

export default async function teardown(): Promise<void> {
  const project = process.env['TEST_COMPOSE_PROJECT']
  if (project === undefined) return
  await openCompose(project).run(['down', '--volumes', '--timeout', '5'])
}
