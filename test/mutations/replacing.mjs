/**
 * Breaks made on purpose of replacing an original.
 *
 * @type {import('./mutation.mjs').Mutation[]}
 */
export const replacing = [
  {
    row: 'T69',
    breaks: 'a replacement of the same size and time has the version of what it replaces',
    file: 'packages/common/src/disk/original-store.ts',
    find: '    if (before !== undefined) await dateAfter(before.modifiedAt, file.path)\n',
    replace: '',
    test: 'packages/common/test/disk/original-store.test.ts',
  },
  {
    row: 'T70',
    breaks: 'a replacement brings a deleted original back',
    file: 'packages/common/src/disk/original-store.ts',
    find: 'throw replace ? deleted() : taken()',
    replace: 'if (!replace) throw taken()',
    test: 'packages/common/test/disk/original-store.test.ts',
  },
  {
    row: 'T70',
    breaks: 'an image is replaced whose first upload is not complete',
    file: 'packages/stores/src/postgres/replacements.ts',
    find: '        AND NOT ${isBeingUploaded(id)} RETURNING id`)',
    replace: '        RETURNING id`)',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'T70',
    breaks: 'a token from before a deletion stays good',
    file: 'packages/stores/src/postgres/raise-epochs.ts',
    find: '  if (isGone !== undefined) {\n',
    replace: '  if (ids.length < 0) {\n',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'F53',
    breaks: 'the links of a replaced image survive the process that was killed',
    file: 'packages/stores/src/postgres/replacements.ts',
    find: '  if (ids.length > 0) await unlinkReplaced(',
    replace: '  if (ids.length < 0) await unlinkReplaced(',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
  {
    row: 'R74',
    breaks: 'the links of the old version stay',
    file: 'packages/stores/src/postgres/unlink-replaced.ts',
    find: '    WHERE id = any(${ids}::text[]) RETURNING id, url`',
    replace: '    WHERE id = any(${ids}::text[]) AND false RETURNING id, url`',
    test: 'packages/stores/test/postgres/replacements.it.test.ts',
  },
]
