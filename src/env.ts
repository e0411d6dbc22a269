/**
 * What the Worker is given: bindings, secrets, variables. Read once per isolate; a missing one is a clear
 * error at the first request, never a default.
 */
import { Problem } from './payments/errors.ts';
import { fromBase64 } from './signing/bytes.ts';

/** The secrets and variables by their names in wrangler.toml and .dev.vars. */
export interface Variables {
  readonly MASTER_KEY?: string;
  readonly MASTER_KEY_PREVIOUS?: string;
  readonly ID_KEY?: string;
  readonly ADMIN_TOKEN?: string;
  readonly PUBLIC_URL?: string;
  readonly LOCAL?: string;
}

export interface Config {
  /** 32 bytes: encrypts secrets in the directory. */
  readonly masterKey: Uint8Array;
  /** The one before, while it is rotated. */
  readonly previousMasterKey: Uint8Array | null;
  /** 32 bytes: derives payment ids and the hashes of API keys. Never changed. */
  readonly idKey: Uint8Array;
  readonly adminToken: string;
  /** Origin of callback, return and checkout addresses; null: the request's own. */
  readonly publicUrl: string | null;
  /** Under `npm start`: http and loopback addresses are accepted. */
  readonly local: boolean;
}

function key(name: 'MASTER_KEY' | 'MASTER_KEY_PREVIOUS' | 'ID_KEY', value: string | undefined): Uint8Array {
  const bytes = fromBase64(value?.trim() ?? '');
  if (bytes?.length === 32) return bytes;
  throw new Problem(
    'misconfigured',
    `the secret ${name} is ${value ? 'not 32 bytes of base64' : 'missing'}: set it with "wrangler secret put ${name}"`,
  );
}

/**
 * The configuration of a Worker.
 * @throws Problem misconfigured naming the first variable that is missing or wrong.
 */
export function readConfig(variables: Variables): Config {
  const adminToken = variables.ADMIN_TOKEN ?? '';
  if (adminToken.length < 16) {
    throw new Problem('misconfigured', 'the secret ADMIN_TOKEN is missing or shorter than 16 characters');
  }
  if (variables.PUBLIC_URL && !URL.canParse(variables.PUBLIC_URL)) {
    throw new Problem('misconfigured', 'PUBLIC_URL is not an address: it looks like https://pay.example.com');
  }
  const publicUrl = variables.PUBLIC_URL ? new URL(variables.PUBLIC_URL).origin : null;
  return {
    masterKey: key('MASTER_KEY', variables.MASTER_KEY),
    previousMasterKey: variables.MASTER_KEY_PREVIOUS
      ? key('MASTER_KEY_PREVIOUS', variables.MASTER_KEY_PREVIOUS)
      : null,
    idKey: key('ID_KEY', variables.ID_KEY),
    adminToken,
    publicUrl,
    local: variables.LOCAL === '1',
  };
}
