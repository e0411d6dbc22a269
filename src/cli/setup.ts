/**
 * `npm run setup -- ACCOUNT [--url URL]`: every address and switch to enter in the back office of an account's provider, in order. Needs ADMIN_TOKEN.
 */
import { parseArgs } from 'node:util';
import { answerJson, wholeAnswer } from './whole-answer.ts';

interface Account {
  readonly id: string;
  readonly provider: string;
  readonly environment: string;
  readonly setup: readonly { readonly where: string; readonly value: string }[];
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { url: { type: 'string' } } });
  const [id] = positionals;
  if (!id) throw new Error('usage: npm run setup -- ACCOUNT [--url http://localhost:8787]');
  const url = new URL(`/v1/admin/accounts/${encodeURIComponent(id)}`, values.url ?? 'http://localhost:8787');
  const answer = await wholeAnswer(url, {
    headers: { authorization: `Bearer ${process.env.ADMIN_TOKEN ?? ''}` },
  }).catch((cause: unknown) => {
    throw new Error(`${url.origin} does not answer: start it, or name another with --url`, { cause });
  });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.text}`);
  const account = answerJson<Account>(url, answer);
  console.log(`${account.id}: ${account.provider}, ${account.environment}\n`);
  for (const [index, { where, value }] of account.setup.entries()) {
    console.log(`${index + 1}. ${where}\n   ${value}\n`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
