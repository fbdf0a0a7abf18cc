import type { ServerResponse } from 'node:http'

/** Answers that their clients have not fully received. Their images stay in memory until then. */
export type UnsentAnswers = {
  /** Notes that an answer was written that ends with this image. */
  note(res: ServerResponse, image: Uint8Array): void
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

  function add(res: ServerResponse, image: Uint8Array): void {
    const answers = waiting.get(image)
    if (answers === undefined) {
      waiting.set(image, new Set([res]))
      bytes += image.length
    } else {
      answers.add(res)
    }
    res.once('close', () => remove(res, image))
  }

  function remove(res: ServerResponse, image: Uint8Array): void {
    const answers = waiting.get(image)
    if (answers?.delete(res) !== true || answers.size > 0) return
    waiting.delete(image)
    bytes -= image.length
  }

  function cutOldest(): void {
    const [[image, answers] = []] = waiting
    if (image === undefined || answers === undefined) return
    waiting.delete(image)
    bytes -= image.length
    for (const res of answers) res.destroy()
  }

  return {
    note(res, image) {
      if (isTaken(res)) return
      add(res, image)
      while (bytes > maxBytes && waiting.size > 1) cutOldest()
    },
  }
}

/** Returns true if the kernel has accepted the whole answer, as in most cases. */
function isTaken({ socket }: ServerResponse): boolean {
  return socket === null || socket.writableLength === 0
}
