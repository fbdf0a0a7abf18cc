const timeoutMs = 1000

/** Resolves if a renderer service is ready for work. */
export async function pingRenderer(url: string): Promise<void> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(timeoutMs) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`The renderer answers ${answer.status}.`)
}
