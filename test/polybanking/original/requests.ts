/**
 * The requests that the original server was sent, in their order, for its answers (answers.json). The amounts, references and codes
 * are those of that run; the keys are our own.
 */
import { createHash } from 'node:crypto';
import { type Keys, sign } from '../client.ts';

export interface Answer {
  readonly case: string;
  readonly status: number;
  readonly body: string;
  /** Only the beginning of the body was kept. */
  readonly cut: boolean;
}

export interface Request {
  readonly case: string;
  readonly method: string;
  readonly path: string;
  readonly body?: URLSearchParams | FormData;
}

/** The config that is switched on, and one that is not; what PostFinance signs with. */
export interface Installation {
  readonly config: string;
  readonly keys: Keys;
  readonly off: { readonly config: string; readonly keys: Keys };
  readonly shaOut: string;
}

/** How references of that run begin. */
const R = 'r-36080c';

/** The PAYID of every message of that run. */
const PAYID = '30036';

/** The codes of its last part, in order. */
const CODES = '0 1 4 40 41 5 50 51 52 55 59 6 64 7 71 8 81 84 91 92 93 94 95 96 99 9999'.split(' ');

/** What a request is about: the order number of a transaction, where its page is, once it is started. */
interface Started {
  readonly order: string;
  readonly go: string;
}

/** How the next requests find what was started before. */
export interface Memory {
  started(reference: string): Started;
}

/**
 * The requests, each made when the ones before it are answered. What the list of answers leaves out (pages opened in between)
 * has no case.
 */
export function requestsOf(at: Installation, memory: Memory): readonly (() => Request)[] {
  const requests: (() => Request)[] = [];
  const add = (name: string, make: () => Omit<Request, 'case'>) =>
    requests.push(() => ({ case: name, ...make() }));

  const start = (name: string, fields: Record<string, string | undefined>, how: StartChange = {}) =>
    add(name, () => startRequest(at, fields, how));
  const api = (name: string, path: string, fields: Record<string, string> = {}, method = 'POST') =>
    add(name, () => ({
      method,
      path: `/api/transactions${path}`,
      ...(method === 'POST' && {
        body: new URLSearchParams({ config_id: at.config, secret: at.keys.api, ...fields }),
      }),
    }));
  const go = (name: string, reference: string) =>
    add(name, () => ({ method: 'GET', path: memory.started(reference).go }));
  const ipn = (name: string, reference: string | null, status: string, change: MessageChange = {}) =>
    add(name, () => ({
      method: 'POST',
      path: '/paiements/ipn',
      body: new URLSearchParams(
        message(at, reference === null ? '' : memory.started(reference).order, status, change),
      ),
    }));
  const back = (name: string, reference: string, status: string, change: MessageChange = {}) =>
    add(name, () => ({
      method: 'GET',
      path: `/paiements/return?${new URLSearchParams(message(at, memory.started(reference).order, status, change))}`,
    }));

  start('start ok', { reference: R, extra_data: 'x=1;y' });
  start('start again', { reference: R, extra_data: 'x=1;y' });
  start('no extra_data', { reference: `${R}-ne`, extra_data: undefined });
  start('no amount', { reference: `${R}-na`, amount: undefined });
  start('no reference', { reference: undefined });
  start('empty reference', { reference: '' });
  for (const amount of [
    '0',
    '-1',
    '1.5',
    'abc',
    '',
    ' 10 ',
    '+10',
    '010',
    '1_000',
    '0x10',
    '1e3',
    '10L',
    '2147483647',
  ])
    start(`amount '${amount}'`, { reference: `${R}-amt-${amount}`, amount });
  start('unicode ref', { reference: `${R}-é` });
  start('unicode extra', { reference: `${R}-ue`, extra_data: 'é' });
  start('newline in ref', { reference: `${R}-a\nb` });
  start('tab in ref', { reference: `${R}-a\tb` });
  start('256 chars', { reference: R.padEnd(256, 'x') });
  start('255 chars', { reference: R.padEnd(255, 'y') });
  start('sign upper', { reference: `${R}-su` }, { sign: (text) => text.toUpperCase() });
  start('sign missing', { reference: `${R}-sm` }, { sign: () => null });
  start('config 8', { reference: `${R}-c8`, config_id: '8' });
  start('config abc', { reference: `${R}-abc`, config_id: 'abc' });
  start('config empty', { reference: `${R}-ce`, config_id: '' });
  start('config inactive', { reference: `${R}-off`, config_id: at.off.config }, { key: at.off.keys.request });
  start('config 07', { reference: `${R}-07`, config_id: `0${at.config}` });
  start('config " 7"', { reference: `${R}-s7`, config_id: ` ${at.config}` });
  add('start GET', () => ({ method: 'GET', path: '/paiements/start/' }));
  add('start PUT', () => ({ method: 'PUT', path: '/paiements/start/' }));
  start('start no slash', { reference: R, extra_data: 'x=1;y' }, { path: '/paiements/start' });
  start('multipart', { reference: `${R}-mp`, amount: '700', extra_data: 'z' }, { multipart: true });
  start('extra 5 KiB', { reference: `${R}-big`, extra_data: 'x'.repeat(5000) });
  start('extra 70 KiB', { reference: `${R}-big2`, extra_data: 'x'.repeat(70_000) });

  api('details new', `/${R}/`);
  api('logs new', `/${R}/logs/`);
  api('details ne', `/${R}-ne/`);
  api('unicode details', `/${R}-%C3%A9/`);
  api('unicode extra details', `/${R}-ue/`);
  api('wrong secret', `/${R}/`, { secret: 'wrong' });
  add('no secret', () => ({
    method: 'POST',
    path: `/api/transactions/${R}/`,
    body: new URLSearchParams({ config_id: at.config }),
  }));
  api('wrong cfg', `/${R}/`, { config_id: at.off.config });
  api('unknown', `/${R}-unknown/`);
  api('unknown logs', `/${R}-unknown/logs/`);
  api('inactive config list', '/', { config_id: at.off.config, secret: at.off.keys.api });
  for (const most of ['1', '0', '2', 'abc', '', ' 2 ', '-1', '2.5', '+2'])
    api(`list max='${most}'`, '/', { max_transaction: most });
  api('api GET', '/', {}, 'GET');
  api('api details GET', `/${R}/`, {}, 'GET');
  api('api list no slash', '');
  api('api details no slash', `/${R}`);

  start('start 2', { reference: `${R}-2` });
  ipn('ipn before go', R, '9');
  back('return before go', R, '9');
  go('go', R);
  ipn('ipn bad sha', R, '9', { sign: () => 'AA' });
  ipn('ipn no sha', R, '9', { sign: () => null });
  ipn('ipn bad order', null, '9', { order: 'nodash' });
  ipn('ipn other bank', null, '9', { order: 'other-1' });
  ipn('ipn unknown order', null, '9', { order: 'polybanking-999999' });
  back('return bad sha', R, '9', { sign: () => 'AA' });
  api('details fw', `/${R}/`);
  api('logs fw', `/${R}/logs/`);
  ipn('ipn pending 51', R, '51');
  api('details 51', `/${R}/`);
  ipn('ipn lower sha', R, '9', { sign: (text) => text.toLowerCase() });
  api('details 9', `/${R}/`);
  api('logs 9', `/${R}/logs/`);
  back('return 9', R, '9');
  // The shopper came back twice.
  back('', R, '9');
  go('go after', R);
  api('details end', `/${R}/`);
  api('logs end', `/${R}/logs/`);

  start('start 3', { reference: `${R}-3` });
  go('go', `${R}-3`);
  ipn('ipn 2 no brand', `${R}-3`, '2', { card: false });
  api('details 2', `/${R}-3/`);
  back('return 2', `${R}-3`, '2', { card: false });
  api('logs 2', `/${R}-3/logs/`);

  start('start 4', { reference: `${R}-4` });
  go('go', `${R}-4`);
  back('return first', `${R}-4`, '9');
  api('details after return only', `/${R}-4/`);
  api('logs', `/${R}-4/logs/`);
  ipn('ipn after return', `${R}-4`, '9');
  api('details after both', `/${R}-4/`);
  api('logs after both', `/${R}-4/logs/`);

  for (const code of CODES) {
    start('start st', { reference: `${R}-st${code}` });
    go('', `${R}-st${code}`);
    ipn(`ipn ${code}`, `${R}-st${code}`, code);
    api(`details st ${code}`, `/${R}-st${code}/`);
  }
  return requests;
}

interface StartChange {
  readonly sign?: (right: string) => string | null;
  readonly key?: string;
  readonly path?: string;
  readonly multipart?: boolean;
}

/** A start of 10.50 francs, with changes; what is undefined is not sent. */
function startRequest(
  { config, keys }: Installation,
  changes: Record<string, string | undefined>,
  { sign: spoil = (text) => text, key = keys.request, path = '/paiements/start/', multipart }: StartChange,
): Omit<Request, 'case'> {
  const fields: Record<string, string | undefined> = {
    amount: '1050',
    extra_data: '',
    config_id: config,
    ...changes,
  };
  const signed = Object.fromEntries(
    ['amount', 'reference', 'extra_data', 'config_id'].map((name) => [name, fields[name] ?? '']),
  );
  const signature = spoil(sign(signed, key));
  const body = multipart ? new FormData() : new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) body.append(name, value);
  if (signature !== null) body.append('sign', signature);
  return { method: 'POST', path, body };
}

interface MessageChange {
  readonly sign?: (right: string) => string | null;
  readonly order?: string;
  /** Whether it names a card. */
  readonly card?: boolean;
  /** All fields but the signature, where they are others. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A message of PostFinance: each non-empty parameter signed, as the original checks it. */
export function message(
  { shaOut }: Pick<Installation, 'shaOut'>,
  order: string,
  status: string,
  { sign: spoil = (text) => text, order: other, card = true, fields: given }: MessageChange = {},
): Record<string, string> {
  const fields: Readonly<Record<string, string>> = given ?? {
    orderID: other ?? order,
    currency: 'CHF',
    amount: '10.5',
    PM: 'CreditCard',
    STATUS: status,
    ...(card && { CARDNO: 'XXXX1111', BRAND: 'VISA' }),
    PAYID,
    NCERROR: '0',
  };
  const base = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name.toUpperCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}${shaOut}`)
    .join('');
  const signature = spoil(createHash('sha512').update(base).digest('hex').toUpperCase());
  return { ...fields, ...(signature !== null && { SHASIGN: signature }) };
}
