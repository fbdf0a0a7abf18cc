export default async function teardown(): Promise<void> {
  for (const service of globalThis.backingServices ?? []) await service[Symbol.asyncDispose]()
}
