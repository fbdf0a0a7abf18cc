import type { EpochFollower } from '@iaas/common/ports/epochs'

/** Joins followers: each has acted on a raise before the next one does, and all before it is acknowledged. */
export function followInTurn(...followers: readonly (EpochFollower | undefined)[]): EpochFollower {
  const present = followers.filter((follower) => follower !== undefined)
  return {
    act(raised) {
      for (const follower of present) follower.act(raised)
    },
    trust(untilMs) {
      for (const follower of present) follower.trust(untilMs)
    },
  }
}
