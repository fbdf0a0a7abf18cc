/**
 * Breaks made on purpose, one or more for each row of the list of hostile requests (docs/threats/requests.md): the row's test must
 * turn red under each of them.
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const requests = [
  {
    row: 'R10',
    breaks: 'a cover is rendered however large its result is',
    file: 'packages/rendering/src/child/render.ts',
    find: "if (variant.fit === 'cover') {",
    replace: "if (variant.fit === 'cover' && source.width < 0) {",
    test: 'test/contract/bounds.it.test.ts',
  },
]
