export default async function teardown(): Promise<void> {
  for (const container of globalThis.serverContainers ?? []) await container.stop()
}
