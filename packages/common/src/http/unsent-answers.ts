import type { ServerResponse } from 'node:http'

/** Answers that their clients have not fully received. Their images stay in memory until then. */
export type UnsentAnswers = {
  /** Notes that an answer was written that ends with this image. */
  note(res: ServerResponse, picture: Uint8Array): void
}

/**
 * Limits the memory of unsent answers. A client that reads slowly keeps its image in memory, and there may be thousands
 * of them: beyond the limit, the oldest answers are cut. An image shared by several answers counts once.
 *
 * @param maxBytes a single image may exceed it
 */
export function createUnsentAnswers(maxBytes: number): UnsentAnswers {
  /** In order of arrival. */
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

/** Returns true if the kernel has accepted the whole answer, as in most cases. */
function isTaken({ socket }: ServerResponse): boolean {
  return socket === null || socket.writableLength === 0
}
