import type { Migration } from 'kysely'
import * as linksAndTokens from './0001-links-and-tokens.ts'
import * as linkChanges from './0002-link-changes.ts'
import * as indexOnlyLookup from './0003-index-only-lookup.ts'
import * as unfinishedTokens from './0004-unfinished-tokens.ts'
import * as claimLease from './0005-claim-lease.ts'
import * as optionsOfVariants from './0006-options-of-variants.ts'
import * as epochs from './0007-epochs.ts'
import * as purges from './0008-purges.ts'
import * as replacements from './0009-replacements.ts'
import * as digests from './0010-digests.ts'
import * as cdnPurges from './0011-cdn-purges.ts'
import * as deletions from './0012-deletions.ts'
import * as compactLinks from './0013-compact-links.ts'
import * as purgedImages from './0014-purged-images.ts'
import * as repeatableCalls from './0015-repeatable-calls.ts'
import * as collections from './0016-collections.ts'
import * as originals from './0017-originals.ts'

/** Migrations in the order of their names. A released migration never changes; a later one corrects it. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-links-and-tokens': linksAndTokens,
  '0002-link-changes': linkChanges,
  '0003-index-only-lookup': indexOnlyLookup,
  '0004-unfinished-tokens': unfinishedTokens,
  '0005-claim-lease': claimLease,
  '0006-options-of-variants': optionsOfVariants,
  '0007-epochs': epochs,
  '0008-purges': purges,
  '0009-replacements': replacements,
  '0010-digests': digests,
  '0011-cdn-purges': cdnPurges,
  '0012-deletions': deletions,
  '0013-compact-links': compactLinks,
  '0014-purged-images': purgedImages,
  '0015-repeatable-calls': repeatableCalls,
  '0016-collections': collections,
  '0017-originals': originals,
}
