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
      from: { path: '^src/providers/(?!kit/)([^/]+)/' },
      to: { path: '^src/providers/', pathNot: '^src/providers/(contract\\.ts$|kit/|$1/)' },
    },
    {
      name: 'the-kit-knows-no-provider',
      severity: 'error',
      from: { path: '^src/providers/(kit/|contract\\.ts$)' },
      to: { path: '^src/providers/', pathNot: '^src/providers/(contract\\.ts$|kit/)' },
    },
    {
      name: 'the-gateway-is-imported-from-above',
      comment:
        'by the routes, by commands and by what puts the Worker together; the ledger is given its ports',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(gateway/|http/|cli/|worker\\.ts$|index\\.ts$|dev\\.ts$)' },
      to: { path: '^src/gateway/' },
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
      from: { path: '^src/', pathNot: '^src/(sandbox/|dev\\.ts$)' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'routes-are-imported-by-entries-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(http/|index\\.ts$|dev\\.ts$)' },
      to: { path: '^src/http/' },
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
    builtInModules: { add: ['cloudflare:workers', 'cloudflare:test'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};
