/** An answer that a client may get of an image: one of its versions, 404 or 410. */
export type Face = 'none' | 'gone' | `v${number}`

/** A read of an image. It accepts every answer that was possible at some time while it lasted. */
export type Read = {
  readonly faces: ReadonlySet<Face>
  /** Objects to which no redirect may lead: they were removed, or are of an older version, since before the read. */
  readonly banned: ReadonlySet<string>
  /** Returns true if objects were removed at some time while the read lasted. */
  metRemoval(): boolean
  end(): void
}

/** The answers that are possible of an image that is replaced, purged and deleted by one client. */
export type Life = {
  readonly id: string
  readonly faces: ReadonlySet<Face>
  /** Paths of variants that were requested. */
  readonly asked: Set<string>
  /** Objects to which redirects have led. */
  readonly seen: Set<string>
  /** Ids of the receipts of its purges and of its deletion. */
  readonly receipts: string[]
  /** Adds an answer that is possible from now on. */
  allow(face: Face): void
  /** Makes one answer the only possible one. */
  settle(face: Face): void
  /** Bans redirects to these objects. */
  ban(objects: Iterable<string>): void
  /** Begins to remove objects. Returns what ends it. */
  remove(): () => void
  read(): Read
}

export function createLife(id: string): Life {
  const faces = new Set<Face>(['none'])
  const banned = new Set<string>()
  const reads = new Set<Set<Face>>()
  let removals = 0
  let begun = 0

  function allow(face: Face): void {
    for (const accepted of [faces, ...reads]) accepted.add(face)
  }

  return {
    id,
    faces,
    asked: new Set(),
    seen: new Set(),
    receipts: [],
    allow,
    settle(face) {
      faces.clear()
      allow(face)
    },
    ban(objects) {
      for (const object of objects) banned.add(object)
    },
    remove() {
      removals += 1
      begun += 1
      return () => void (removals -= 1)
    },
    read() {
      const accepted = new Set(faces)
      const begunBefore = begun
      const isRemoving = removals > 0
      reads.add(accepted)
      return {
        faces: accepted,
        banned: new Set(banned),
        metRemoval: () => isRemoving || begun > begunBefore,
        end: () => void reads.delete(accepted),
      }
    },
  }
}
