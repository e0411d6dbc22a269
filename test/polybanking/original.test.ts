/**
 * The original server's answers (original/answers.json) beside ours: the same requests, in the same order. The failure ruled out: a
 * website that moves gets another answer than before, and nobody has said so. What differs on purpose is listed with its reason and
 * with our answer in original/differences.json, and in docs/moving/polybanking.md for those who move.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, demoSettings, makeAccount, network, request, runAlarms } from '../support/harness.ts';
import recorded from './original/answers.json';
import differences from './original/differences.json';
import { type Answer, type Installation, type Request, requestsOf } from './original/requests.ts';

const [guide = ''] = Object.values(
  import.meta.glob<string>('../../docs/moving/polybanking.md', {
    eager: true,
    import: 'default',
    query: '?raw',
  }),
);

const key = (letter: string) => letter.repeat(128);
const at: Installation = {
  config: '7',
  keys: { request: key('a'), ipn: key('b'), api: key('c') },
  off: { config: '22', keys: { request: key('d'), ipn: key('e'), api: key('f') } },
  shaOut: String(demoSettings('postfinance').sha_out),
};

/** An answer, its times and addresses replaced as in the recorded ones; `body` is null for what is not JSON. */
interface Compared {
  readonly case: string;
  readonly status: number;
  readonly body: unknown;
}

/** What we answer where the original answers otherwise. */
interface Listed {
  readonly status: number;
  readonly body?: unknown;
  /** Members of `data`; the others are as the original has them, if it has any. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The log_type of each line. */
  readonly types?: readonly string[];
  /** The case whose answer of ours is the same. */
  readonly sameAs?: string;
}

const answers: readonly Answer[] = recorded.answers;
const listed = new Map<string, Listed>(
  differences.flatMap((difference) => Object.entries<Listed>(difference.answers)),
);

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?([+-]\d\d:\d\d)/g;

function comparable(text: string): string {
  return (
    text
      // Zurich in winter or in summer. One time in a thousand has no fraction, theirs in a million.
      .replace(TIME, (_, offset: string) => `TIME.f${offset.replace('+02:00', '+01:00')}`)
      .replace(/"https:[^"]*\/paiements\/go\/[^"]*"/, '"GO"')
  );
}

function json(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** As Python's json.dumps prints it, with sorted names. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${pythonJson(member)}`).join(', ')}}`;
}

/** Where the original has no JSON, its page says nothing but the status. */
function isAlike(theirs: Answer, ours: Compared): boolean {
  if (theirs.status !== ours.status) return false;
  if (theirs.cut) return pythonJson(ours.body).startsWith(theirs.body);
  const body = json(theirs.body);
  return body === null || pythonJson(body) === pythonJson(ours.body);
}

async function install(config: string, keys: Installation['keys'], active: boolean, account: string) {
  const { status } = await admin('PUT', `/shops/${config}`, {
    name: config,
    active,
    accounts: [account],
    returnUrl: { success: 'https://website-demo.com/ok', failure: 'https://website-demo.com/error' },
    webhook: { url: 'https://website-demo.com/ipn', dialect: 'polybanking' },
    keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
  });
  expect(status).toBe(201);
}

let net: ReturnType<typeof network>;
const ours: Compared[] = [];

beforeAll(async () => {
  // The website of that run did not receive: every IPN failed, once.
  net = network(() => new Response(null, { status: 410 }));
  const account = await makeAccount('postfinance');
  await install(at.config, at.keys, true, account);
  await install(at.off.config, at.off.keys, false, account);
  const started = new Map<string, string>();
  const memory = {
    started: (reference: string) => {
      const id = started.get(reference) ?? '';
      return { order: `${id}01`, go: `/paiements/go/${id}` };
    },
  };
  let newest = '';
  for (const make of requestsOf(at, memory)) {
    const sent: Request = make();
    const response = await request(sent.path, {
      method: sent.method,
      headers: { 'cf-connecting-ip': '127.0.0.1' },
      ...(sent.body && { body: sent.body }),
    });
    const text = await response.text();
    const [, id] = /\/paiements\/go\/([0-9A-Z]{16})"/.exec(text) ?? [];
    if (id) started.set(String(sent.body?.get('reference')), id);
    // What the request is about; the original does at once what our alarms do.
    newest =
      id ?? [...started.values()].find((known) => `${sent.path}${sent.body}`.includes(known)) ?? newest;
    if (newest !== '') await runAlarms(newest);
    if (sent.case === '') continue;
    ours.push({ case: sent.case, status: response.status, body: json(comparable(text)) });
  }
}, 120_000);
afterAll(() => net.restore());

describe('the answers of the original server', () => {
  it('are answers to the requests that we get', () => {
    expect(ours.map((answer) => answer.case)).toEqual(answers.map((answer) => answer.case));
    expect(answers).toHaveLength(176);
  });

  it('are ours, or listed with the reason for the difference', () => {
    const unlisted = answers.filter((theirs, index) => {
      const answer = ours[index];
      return !answer || (!listed.has(theirs.case) && !isAlike(theirs, answer));
    });
    expect(unlisted.map((theirs) => [theirs, ours[answers.indexOf(theirs)]])).toEqual([]);
  });

  it.each([...listed])('differ where the list says so, and as it says: %s', (name, wanted) => {
    const index = answers.findIndex((answer) => answer.case === name);
    const [theirs, answer] = [answers[index], ours[index]];
    if (!theirs || !answer) throw new Error(`there is no case ${name}`);
    expect(isAlike(theirs, answer)).toBe(false);
    expect(answer.status).toBe(wanted.status);
    if (wanted.body !== undefined) expect(answer.body).toEqual(wanted.body);
    if (wanted.sameAs !== undefined)
      expect(answer.body).toEqual(ours.find((other) => other.case === wanted.sameAs)?.body);
    const { data } = (answer.body ?? {}) as { data?: Record<string, unknown> };
    const { data: theirData } = (json(theirs.body) ?? {}) as { data?: Record<string, unknown> };
    if (wanted.data && theirData) expect(data).toEqual({ ...theirData, ...wanted.data });
    else if (wanted.data) expect(data).toMatchObject(wanted.data);
    if (wanted.types) expect(data).toMatchObject(wanted.types.map((log_type) => ({ log_type })));
  });

  it('and the list are in the guide for those who move', () => {
    const rows = guide.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    for (const { what, original, ours: answer, why } of differences)
      expect(rows).toContainEqual(['', what, original, answer, why, '']);
  });
});
