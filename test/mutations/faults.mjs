/**
 * Breaks made on purpose, one or more for each row of the list of faults (docs/threats/faults.md).
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const faults = []
