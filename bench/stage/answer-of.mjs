import { once } from 'node:events'

/** What a child says next. @throws Error where it ends instead: nobody would ever answer */
export async function answerOf(child) {
  const listening = new AbortController()
  const { signal } = listening
  const ended = once(child, 'exit', { signal }).then(([code, killedBy]) => {
    throw new Error(`A process of the benchmark ended (${killedBy ?? code}) without an answer.`)
  })
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended])
    return answer
  } finally {
    ended.catch(() => {})
    listening.abort()
  }
}
