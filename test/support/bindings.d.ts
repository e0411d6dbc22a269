/** The bindings as the types of the Workers runtime see them. */
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import('./worker.ts');
    durableNamespaces: 'Ledger' | 'Reconciliation';
  }
  interface Env {
    LEDGER: DurableObjectNamespace<import('../../src/index.ts').Ledger>;
    VAULT_SWITCH: DurableObjectNamespace<import('../../src/index.ts').VaultSwitch>;
    STANDBY: DurableObjectNamespace<import('../../src/index.ts').Standby>;
    RECONCILIATION: DurableObjectNamespace<import('../../src/reconciliation/index.ts').Reconciliation>;
    DIRECTORY: D1Database;
    ADDRESS_LIMIT: RateLimit;
    MASTER_KEY: string;
    ID_KEY: string;
    ADMIN_TOKEN: string;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
}

/** Vite's, which the runtime's types do not know. */
interface ImportMeta {
  glob<T>(pattern: string, options: { readonly eager: true }): Record<string, T>;
  glob<T>(
    pattern: string,
    options: { readonly eager: true; readonly import: 'default'; readonly query?: '?raw' },
  ): Record<string, T>;
}
