import type { ServerResponse } from 'node:http'

/** Answers that their clients have not taken as a whole yet: until then their pictures lie in memory. */
export type UnsentAnswers = {
  /** An answer was written, with this picture at its end. */
  note(res: ServerResponse, picture: Uint8Array): void
}

/**
 * Bounds what they take together. A client that reads a little now and then keeps its picture in memory for as long as it
 * likes, and there may be thousands: beyond the bound, those that wait for the longest time are cut. What several answers share
 * counts once.
 *
 * @param maxBytes one picture may lie there whatever it has
 */
export function createUnsentAnswers(maxBytes: number): UnsentAnswers {
  /** In the order in which they came. */
  const waiting = new Map<Uint8Array, Set<ServerResponse>>()
  let bytes = 0

  function add(res: ServerResponse, picture: Uint8Array): void {
    const answers = waiting.get(picture)
    if (answers === undefined) {
      waiting.set(picture, new Set([res]))
      bytes += picture.length
    } else {
      answers.add(res)
    }
    res.once('close', () => remove(res, picture))
  }

  function remove(res: ServerResponse, picture: Uint8Array): void {
    const answers = waiting.get(picture)
    if (answers?.delete(res) !== true || answers.size > 0) return
    waiting.delete(picture)
    bytes -= picture.length
  }

  function cutOldest(): void {
    const [[picture, answers] = []] = waiting
    if (picture === undefined || answers === undefined) return
    waiting.delete(picture)
    bytes -= picture.length
    for (const res of answers) res.destroy()
  }

  return {
    note(res, picture) {
      if (isTaken(res)) return
      add(res, picture)
      while (bytes > maxBytes && waiting.size > 1) cutOldest()
    },
  }
}

/** Whether the system has taken the whole answer, as it does most of the time. */
function isTaken({ socket }: ServerResponse): boolean {
  return socket === null || socket.writableLength === 0
}
