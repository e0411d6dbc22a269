/** How the console is configured: read at each request, because it is cheap; what is missing is said on the page. */
import { fromBase64 } from '../signing/bytes.ts';

/** The variables and secrets by their names in wrangler.toml. */
export interface ConsoleVariables {
  readonly ACCESS_TEAM?: string;
  readonly ACCESS_AUDIENCE?: string;
  readonly OIDC_ISSUER?: string;
  readonly OIDC_CLIENT_ID?: string;
  readonly OIDC_CLIENT_SECRET?: string;
  readonly OIDC_UNVERIFIED_EMAILS?: string;
  readonly PASSWORDS?: string;
  readonly SECOND_FACTOR?: string;
  readonly CONSOLE_KEY?: string;
  /** Under `npm start` alone. */
  readonly LOCAL?: string;
}

/** Cloudflare Access in front of the console. */
export interface AccessSettings {
  /** The team's address, which is the issuer of its tokens. */
  readonly team: string;
  readonly audience: string;
}

/** An OpenID Connect provider of the operators' own. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether an e-mail address counts that the issuer does not call verified. */
  readonly unverifiedEmails: boolean;
}

/** Passwords that the console checks itself. */
export interface PasswordSettings {
  /** 32 bytes: signs invitations and the step between password and code. */
  readonly key: Uint8Array;
  /** Whether everybody needs a second factor. */
  readonly secondFactor: 'required' | 'optional';
}

export interface ConsoleSettings {
  readonly access: AccessSettings | null;
  readonly oidc: OidcSettings | null;
  readonly passwords: PasswordSettings | null;
  /** Variables that are wrong or missing, in words for whoever deploys. Empty: it can be used. */
  readonly faults: readonly string[];
}

/** The key of `npm start`: everybody has it. */
const LOCAL_KEY = 'bG9jYWwtY29uc29sZS1rZXktb2YtMzItYnl0ZXMtLS0=';

/** An https address (or http on this machine, under `npm start`) without a trailing slash; null: it is none. */
function addressOf(text: string, local: boolean): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol } = new URL(text);
  return protocol === 'https:' || (local && protocol === 'http:') ? text.replace(/\/+$/, '') : null;
}

/** The parts of a way to sign in that are missing, where some are there. */
function missing(parts: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(parts);
  const absent = names.filter((name) => parts[name] === '');
  return absent.length === names.length ? [] : absent;
}

/**
 * Reads the configuration.
 * @param variables the Worker's own.
 */
export function readSettings(variables: ConsoleVariables): ConsoleSettings {
  const faults: string[] = [];
  const local = variables.LOCAL === '1';
  const text = (name: keyof ConsoleVariables) => variables[name]?.trim() ?? '';

  const accessParts = { ACCESS_TEAM: text('ACCESS_TEAM'), ACCESS_AUDIENCE: text('ACCESS_AUDIENCE') };
  for (const name of missing(accessParts))
    faults.push(`the variable ${name} is missing beside the other of Access`);
  const team = accessParts.ACCESS_TEAM && addressOf(accessParts.ACCESS_TEAM, local);
  if (team === null) faults.push('ACCESS_TEAM looks like https://your-team.cloudflareaccess.com');

  const oidcParts = {
    OIDC_ISSUER: text('OIDC_ISSUER'),
    OIDC_CLIENT_ID: text('OIDC_CLIENT_ID'),
    OIDC_CLIENT_SECRET: text('OIDC_CLIENT_SECRET'),
  };
  for (const name of missing(oidcParts))
    faults.push(`${name} is missing beside the others of OpenID Connect`);
  const issuer = oidcParts.OIDC_ISSUER && addressOf(oidcParts.OIDC_ISSUER, local);
  if (issuer === null) faults.push('OIDC_ISSUER is the https address of the issuer');

  const wantsPasswords = text('PASSWORDS') === 'on';
  if (!wantsPasswords && text('PASSWORDS') !== '') faults.push('PASSWORDS is "on", or left out');
  const key = fromBase64(text('CONSOLE_KEY'));
  const hasKey = key?.length === 32;
  if (wantsPasswords && !hasKey)
    faults.push(
      `the secret CONSOLE_KEY is ${text('CONSOLE_KEY') ? 'not 32 bytes of base64' : 'missing'}: make one with "openssl rand -base64 32"`,
    );
  if (wantsPasswords && hasKey && !local && text('CONSOLE_KEY') === LOCAL_KEY)
    faults.push('the secret CONSOLE_KEY is the one of .dev.vars.example, which everybody has');
  if (!['', 'required', 'optional'].includes(text('SECOND_FACTOR')))
    faults.push('SECOND_FACTOR is "required" or "optional"; left out, it is required');

  return {
    access: team && accessParts.ACCESS_AUDIENCE ? { team, audience: accessParts.ACCESS_AUDIENCE } : null,
    oidc:
      issuer && oidcParts.OIDC_CLIENT_ID && oidcParts.OIDC_CLIENT_SECRET
        ? {
            issuer,
            clientId: oidcParts.OIDC_CLIENT_ID,
            clientSecret: oidcParts.OIDC_CLIENT_SECRET,
            unverifiedEmails: text('OIDC_UNVERIFIED_EMAILS') === 'accepted',
          }
        : null,
    passwords:
      wantsPasswords && key && hasKey
        ? { key, secondFactor: text('SECOND_FACTOR') === 'optional' ? 'optional' : 'required' }
        : null,
    faults,
  };
}
