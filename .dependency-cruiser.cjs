/** The design's arrows: http -> gateway -> ledger, directory, providers -> payments, signing. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'payments-and-signing-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/(payments|signing)/' },
      to: { path: '^src/', pathNot: '^src/(payments|signing)/' },
    },
    {
      name: 'payments-does-not-import-signing',
      severity: 'error',
      from: { path: '^src/payments/' },
      to: { path: '^src/signing/' },
    },
    {
      name: 'signing-does-not-import-payments',
      severity: 'error',
      from: { path: '^src/signing/' },
      to: { path: '^src/payments/' },
    },
    {
      name: 'a-layer-does-not-import-its-neighbours',
      comment: 'ledger, directory, providers and webhooks stand side by side on payments and signing',
      severity: 'error',
      from: { path: '^src/(ledger|directory|providers|webhooks)/' },
      to: { path: '^src/', pathNot: '^src/(payments|signing|$1)/' },
    },
    {
      name: 'a-provider-imports-the-kit-and-itself',
      comment: 'what two providers share is the kit, and only the registry knows them all',
      severity: 'error',
      from: { path: '^src/providers/(?!kit/|contract/)([^/]+)/' },
      to: { path: '^src/providers/', pathNot: '^src/providers/(contract\\.ts$|kit/|$1/)' },
    },
    {
      name: 'the-kit-knows-no-provider',
      severity: 'error',
      from: { path: '^src/providers/(kit/|contract(\\.ts$|/))' },
      to: { path: '^src/providers/', pathNot: '^src/providers/(contract(\\.ts$|/)|kit/)' },
    },
    {
      name: 'the-contract-has-one-door',
      comment: 'its parts stand by themselves; everybody else takes their names from contract.ts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/providers/contract(\\.ts$|/)' },
      to: { path: '^src/providers/contract/' },
    },
    {
      name: 'the-gateway-is-imported-from-above',
      comment:
        'by the routes, by commands and by what puts the Worker together; the ledger is given its ports',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(gateway/|http/|cli/|build/|worker\\.ts$|index\\.ts$|dev\\.ts$)',
      },
      to: { path: '^src/gateway/' },
    },
    {
      name: 'reconciliation-stands-beside-the-gateway',
      comment:
        'a Worker of its own, which reads the directory; the signing Worker knows its words (payments/reconciled.ts) and carries nothing of it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(reconciliation/|dev\\.ts$)' },
      to: { path: '^src/reconciliation/' },
    },
    {
      name: 'reconciliation-reads-the-directory-alone',
      severity: 'error',
      from: { path: '^src/reconciliation/' },
      to: {
        path: '^src/',
        pathNot: '^src/(reconciliation/|payments/|signing/|directory/account-movements\\.ts$)',
      },
    },
    {
      name: 'only-routes-and-pages-know-hono',
      comment: 'what is not HTTP works without a request of it; how an IP address is read has nothing of one',
      severity: 'error',
      from: { path: '^src/(gateway|ledger|directory|providers|payments|signing|webhooks|cli|bridge)/' },
      to: { path: '(^|/)hono(/|$)', pathNot: 'hono/.*utils/ipaddr' },
    },
    {
      name: 'the-command-line-is-not-imported',
      comment: 'a command is an entry: what others need of it stands elsewhere',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-bridge-is-not-imported',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/bridge/' },
      to: { path: '^src/bridge/' },
    },
    {
      name: 'the-bridge-stands-alone',
      comment: 'it runs in Node beside a bank, with nothing of the Worker but the middleware rules',
      severity: 'error',
      from: { path: '^src/bridge/' },
      to: {
        path: '^src/',
        pathNot: '^src/(bridge/|signing/|providers/sips/(middleware|bridge-signature)\\.ts$)',
      },
    },
    {
      name: 'only-the-local-entry-imports-the-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox/|dev\\.ts$|build/site/)' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'routes-are-imported-by-entries-only',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(http/|build/|console/|index\\.ts$|dev\\.ts$|cli/client-types\\.ts$)',
      },
      to: { path: '^src/http/' },
    },
    {
      name: 'the-build-is-not-imported',
      comment: 'it makes the Worker, which knows nothing of it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/build/' },
      to: { path: '^src/build/' },
    },
    {
      name: 'the-reference-is-made-by-the-build',
      comment:
        'the Worker serves what came of it: what makes it, with its libraries and words, stays out of the Worker',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(http/reference/|build/|dev\\.ts$)' },
      to: {
        path: '^src/(http/reference/(?!placeholders\\.ts$)|http/checkout/texts/all\\.ts$|providers/kit/json-schema\\.ts$)',
      },
    },
    {
      name: 'the-types-of-the-client-come-from-the-schemas',
      comment: 'the command that writes them reads those, and no route',
      severity: 'error',
      from: { path: '^src/cli/client-types\\.ts$' },
      to: { path: '^src/http/', pathNot: '^src/http/schemas\\.ts$' },
    },
    {
      name: 'the-client-stands-alone',
      comment: 'it runs in the servers of shops: bytes and texts that are signed, and nothing of the Worker',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { pathNot: '^src/(client/|signing/(bytes|polybanking)\\.ts$)' },
    },
    {
      name: 'the-library-stands-on-the-providers',
      comment: 'applications without the service have no ledger, directory or gateway',
      severity: 'error',
      from: { path: '^src/library/' },
      to: { path: '^src/', pathNot: '^src/(library|providers|payments|signing)/' },
    },
    {
      name: 'the-service-does-not-use-its-client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(client|console|sandbox)/' },
      to: { path: '^src/client/' },
    },
    {
      name: 'the-console-is-a-client',
      comment:
        'it calls the operator’s API; of the signing Worker it knows the types of what is said between them, and pure rules',
      severity: 'error',
      from: { path: '^src/console/' },
      to: {
        path: '^src/',
        pathNot: '^src/(console|payments|signing)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-console-takes-types-of-the-routes-alone',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^src/(?!console/|payments/|signing/|http/(operator-api|schemas)\\.ts$)' },
    },
    {
      name: 'the-console-is-imported-by-the-local-entry-alone',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(console/|cli/|dev\\.ts$)' },
      to: { path: '^src/console/' },
    },
    {
      name: 'nobody-imports-an-entry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(index|dev)\\.ts$' },
      to: { path: '^src/(index|dev|worker)\\.ts$' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^cloudflare:' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // What a local Worker has built.
    exclude: { path: '/[.]wrangler/' },
    builtInModules: { add: ['cloudflare:workers', 'cloudflare:test'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};
