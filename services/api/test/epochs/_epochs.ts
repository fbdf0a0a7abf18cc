import { type FollowedEpochs, createKnownEpochs } from '../../src/epochs/known-epochs.ts'

/** Epochs of a process that is registered for ever. */
export function createTrustedEpochs(): FollowedEpochs {
  const epochs = createKnownEpochs()
  epochs.trust(Number.POSITIVE_INFINITY)
  return epochs
}
