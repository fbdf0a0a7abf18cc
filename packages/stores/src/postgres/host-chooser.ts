import { Socket } from 'node:net'
import type { Place } from '@iaas/common/config/places'

/** Chooses the host of each new connection. */
export type HostChooser = {
  /** Returns the host that accepts writes. Connections that are opened together share an answer. */
  choose(): Promise<Place>
  /** Forgets the host, after a connection to it failed. */
  forget(): void
  /** The host that was chosen last. */
  readonly chosen: Place | undefined
}

/** Time for which a chosen host is not asked again, ms. */
const trustMs = 1000

export function createHostChooser(find: () => Promise<Place>): HostChooser {
  let chosen: Place | undefined
  let finding: Promise<Place> | undefined
  let trustedUntil = 0

  async function findAnew(): Promise<Place> {
    try {
      chosen = await find()
      trustedUntil = performance.now() + trustMs
      return chosen
    } finally {
      finding = undefined
    }
  }

  return {
    choose() {
      if (chosen !== undefined && performance.now() < trustedUntil) return Promise.resolve(chosen)
      return (finding ??= findAnew())
    },
    forget() {
      trustedUntil = 0
    },
    get chosen() {
      return chosen
    },
  }
}

/**
 * A socket that connects to the chosen host, whatever host it is told. A client of the library asks for its socket when
 * it is created and connects it once, so this is the one place that decides for pools and listeners alike.
 */
export class ChoosingSocket extends Socket {
  readonly #chooser: HostChooser

  constructor(chooser: HostChooser) {
    super()
    this.#chooser = chooser
    this.on('error', () => chooser.forget())
  }

  override connect(): this {
    this.#connectToChosen().catch((error: Error) => this.destroy(error))
    return this
  }

  async #connectToChosen(): Promise<void> {
    const { host, port } = await this.#chooser.choose()
    // The pool may have given up meanwhile.
    if (!this.destroyed) super.connect(port, host)
  }
}
