/** What /docs is made of: its sections, and the pages of each in their order. Sources are Markdown files of this repository. */

/** A page made of a Markdown file. */
export interface SourcePage {
  /** From the repository's root. */
  readonly source: string;
  /** The address under /docs; empty: /docs itself. */
  readonly slug: string;
  /** In the contents, where it is shorter than the page's own heading. */
  readonly label?: string;
  /** It is long, and grows: it stands on as many pages as it needs. */
  readonly inParts?: true;
}

/** A part of the contents. `made` pages follow those of the files: they come from the schemas. */
export interface SiteSection {
  readonly title: string;
  readonly pages: readonly SourcePage[];
  readonly made?: 'reference' | 'errors' | 'providers';
}

const doc = (name: string, label?: string): SourcePage => ({
  source: `docs/${name}.md`,
  slug: name,
  ...(label !== undefined && { label }),
});

export const CONTENTS: readonly SiteSection[] = [
  {
    title: 'Start',
    pages: [
      { source: 'docs/index.md', slug: '', label: 'Overview' },
      doc('quick-start', 'Quick start'),
      doc('concepts', 'Concepts'),
      doc('webhooks', 'Webhooks'),
      doc('testing', 'Testing'),
      doc('client', 'Client for TypeScript'),
      doc('library', 'Library'),
    ],
  },
  { title: 'Calls', pages: [], made: 'reference' },
  { title: 'Errors', pages: [], made: 'errors' },
  { title: 'Providers', pages: [doc('going-live', 'Going live')], made: 'providers' },
  {
    title: 'Run it',
    pages: [
      doc('deploy', 'Deploy'),
      doc('operators', 'Operators'),
      doc('console', 'Console'),
      doc('attention', 'What needs a person'),
      doc('after-payment', 'Operations'),
      doc('books', 'Books'),
      doc('reconciliation', 'Reconciliation'),
      doc('proof', 'Proof of a log'),
      doc('test-mode', 'Test mode'),
      doc('speed', 'Speed'),
      doc('performance', 'Speed of the books'),
      { source: 'SECURITY.md', slug: 'security', label: 'Security' },
    ],
  },
  {
    title: 'Move here',
    pages: [
      doc('moving/both-for-a-week', 'Both for a week'),
      doc('moving/eopayment', 'eopayment'),
      doc('moving/polybanking', 'PolyBanking'),
      doc('moving/getpaid', 'django-getpaid'),
      doc('moving/ecommpay', 'ECommPay SDKs'),
      doc('moving/assist', 'django-assist-ru'),
      doc('moving/accounts', 'Accounts and fallbacks'),
      doc('moving/ogone-to-worldline', 'Ogone to Worldline'),
      doc('moving/postfinance-to-checkout', 'PostFinance to Checkout'),
      doc('moving/up2pay-to-cawl', 'Up2pay to CAWL'),
    ],
  },
  {
    title: 'Work on it',
    pages: [
      doc('layout', 'Layout'),
      doc('design', 'Design'),
      doc('glossary', 'Words'),
      doc('adding-a-provider', 'Add a provider'),
      doc('invariants', 'What proves what'),
      doc('decisions/0001-rules-are-a-join', 'Decision 1'),
      doc('decisions/0002-trips-before-the-ledger', 'Decision 2'),
      doc('decisions/0003-typescript-6', 'Decision 3'),
      doc('decisions/0004-the-copy-is-pushed-without-a-row', 'Decision 4'),
      doc('decisions/0005-operations-are-never-repeated', 'Decision 5'),
      doc('decisions/0006-a-gateway-layer', 'Decision 6'),
      doc('decisions/0007-proof-or-question', 'Decision 7'),
      doc('decisions/0008-what-became-of-an-operation', 'Decision 8'),
      doc('decisions/0009-older-secrets-are-closed', 'Decision 9'),
      doc('decisions/0010-what-is-served-while-the-directory-is-down', 'Decision 10'),
      doc('decisions/0011-the-node-of-a-package', 'Decision 11'),
      doc('decisions/0012-limits-by-time', 'Decision 12'),
      doc('decisions/0013-how-operators-sign-in', 'Decision 13'),
      doc('decisions/0014-reconciliation-is-a-worker-of-its-own', 'Decision 14'),
      doc('decisions/0015-details-can-be-erased-from-a-chain', 'Decision 15'),
      doc('decisions/0016-an-account-is-succeeded-by-name', 'Decision 16'),
      doc('decisions/0017-the-feed-is-written-with-the-copy', 'Decision 17'),
      doc('decisions/0018-mutants-by-a-command', 'Decision 18'),
      doc('decisions/0019-what-is-ours-although-a-library-has-it', 'Decision 19'),
      doc('decisions/0020-a-test-is-repeated-for-each-mutant', 'Decision 20'),
    ],
  },
  {
    title: 'Changes',
    pages: [{ source: 'CHANGELOG.md', slug: 'changelog', label: 'Changelog', inParts: true }],
  },
];

/** The address of a page. */
export function addressOf(slug: string): string {
  return slug === '' ? '/docs' : `/docs/${slug}`;
}

/** The pages of files by their sources. */
export const BY_SOURCE: ReadonlyMap<string, SourcePage> = new Map(
  CONTENTS.flatMap(({ pages }) => pages.map((page) => [page.source, page] as const)),
);
