/**
 * Breaks made on purpose, one or more for each row of the list of hostile uploads (docs/threats/uploads.md).
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const uploads = []
