/**
 * `npm run create-user -- EMAIL --role ROLE [--name NAME] [--shops a,b] [--groups c] [--url URL] [--console URL]`: makes an operator. Needs
 * ADMIN_TOKEN. With CONSOLE_KEY it prints a link by which the operator sets a password; without it, people sign in by Cloudflare Access or OpenID
 * Connect under the same address.
 */
import { parseArgs } from 'node:util';
import { invitationPath } from '../console/invitation-path.ts';
import { fromBase64 } from '../signing/bytes.ts';
import { answerJson, wholeAnswer } from './whole-answer.ts';

const LOCAL = 'http://localhost:8787';

const USAGE =
  'usage: npm run create-user -- jane@example.com --role view|refund|configure|owner [--name "Jane Doe"] [--shops a,b] [--groups c,d] [--url https://pay.example.com] [--console https://console.example.com]';

interface MadeUser {
  readonly id: string;
  readonly email: string;
}

function listOf(text: string | undefined): readonly string[] | null {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  const named = parts.filter(Boolean);
  return named.length > 0 ? named : null;
}

/** @throws Error that says what to set, for a key that is none. */
function consoleKey(): Uint8Array | null {
  const text = process.env.CONSOLE_KEY?.trim();
  if (!text) return null;
  const key = fromBase64(text);
  if (key?.length !== 32)
    throw new Error('CONSOLE_KEY is not 32 bytes of base64: take the one of the console');
  return key;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      name: { type: 'string' },
      shops: { type: 'string' },
      groups: { type: 'string' },
      url: { type: 'string' },
      console: { type: 'string' },
    },
  });
  const [email] = positionals;
  if (!email || !values.role || positionals.length > 1) throw new Error(USAGE);
  const token = process.env.ADMIN_TOKEN;
  if (!token) throw new Error('set ADMIN_TOKEN: that of the signing Worker, or a token of an owner');
  const key = consoleKey();
  const url = new URL('/v1/admin/users', values.url ?? LOCAL);
  const user = {
    email,
    name: values.name ?? email.split('@')[0],
    role: values.role,
    shops: listOf(values.shops),
    groups: listOf(values.groups),
  };
  const answer = await wholeAnswer(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(user),
  }).catch((cause: unknown) => {
    throw new Error(`${url.origin} does not answer: start it, or name another with --url`, { cause });
  });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.text}`);
  const made = answerJson<MadeUser>(url, answer);
  const base = new URL(values.console ?? values.url ?? LOCAL).origin;
  console.log(`made ${made.email} (${values.role}, ${made.id})`);
  if (key) {
    const path = invitationPath(key, made.id, null, Date.now());
    console.log(`\nThis link sets the password. It works once, for three days:\n\n  ${base}${path}\n`);
  } else {
    console.log(
      `\nSign in at ${base}/console with this address, by Cloudflare Access or OpenID Connect. For a password, set CONSOLE_KEY to that of the console and make the user anew.`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
