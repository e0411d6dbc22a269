/** What anybody can send without a key. Each attack makes its next request from a number that grows. */
import type { Call } from './send.ts';
import type { Victim } from './victims.ts';

/** The largest body that is read. */
const BODY = 64 * 1024;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
const XML = { 'content-type': 'text/xml' };

const filled = (piece: string) => piece.repeat(Math.floor(BODY / piece.length));

function manyNames(): string {
  let text = '';
  for (let number = 0; text.length < BODY - 10; number++) text += `${number.toString(36)}=&`;
  return text;
}

/** The worst bodies of each kind. */
const BODIES: readonly { readonly headers: Readonly<Record<string, string>>; readonly body: string }[] = [
  { headers: FORM, body: manyNames() },
  { headers: FORM, body: filled('a=1&') },
  { headers: FORM, body: filled('%') },
  { headers: FORM, body: `a=${filled('%41').slice(3)}` },
  { headers: FORM, body: `a=${'x'.repeat(BODY - 2)}` },
  { headers: JSON_TYPE, body: '['.repeat(BODY / 2) + ']'.repeat(BODY / 2) },
  { headers: JSON_TYPE, body: `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}` },
  { headers: JSON_TYPE, body: `{${Array.from({ length: 5500 }, (_, number) => `"${number}":1`).join()}}` },
  {
    headers: JSON_TYPE,
    body: `{"event":{"event_resource":{"description":7,"transaction":[]}},"order":${'9'.repeat(60_000)}}`,
  },
  { headers: JSON_TYPE, body: `"${'\\u0041'.repeat(10_000)}"` },
  { headers: XML, body: '<a>'.repeat(BODY / 7) + '</a>'.repeat(BODY / 7) },
  { headers: XML, body: `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(1000)}">]><a>${'&b;'.repeat(20_000)}</a>` },
  { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: filled('--x\r\n\r\n') },
  { headers: {}, body: '\u0000'.repeat(BODY) },
];

export interface Attack {
  readonly name: string;
  readonly next: (count: number) => Call;
}

/** Letters and digits that follow from a number and look like none. */
function noise(count: number, length: number): string {
  let state = (count * 2_654_435_761 + 12_345) >>> 0;
  let text = '';
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[state >>> 27];
  }
  return text;
}

/**
 * All of them.
 * @param tipi the form of TIPI's contract by URL.
 */
export function attacks(victims: readonly Victim[], tipi: Call): readonly Attack[] {
  const victim = (count: number): Victim => victims[count % victims.length] as Victim;
  const named = (providerId: string): Victim =>
    victims.find(({ account }) => account === `${providerId}-sandbox`) ?? victim(0);
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = FORM): Call => ({
    method: 'POST',
    path,
    headers,
    body,
  });
  return [
    {
      name: 'hostile-bodies',
      next: (count) => {
        const { headers, body } = BODIES[Math.floor(count / victims.length) % BODIES.length] ?? {
          headers: {},
          body: '',
        };
        return post(`/callback/${victim(count).account}`, body, headers);
      },
    },
    {
      name: 'hostile-returns',
      next: (count) => {
        const { account, id } = victim(count);
        const { headers, body } = BODIES[Math.floor(count / victims.length) % BODIES.length] ?? {
          headers: {},
          body: '',
        };
        return post(`/return/${account}/${id}`, body, headers);
      },
    },
    {
      name: 'hostile-polybanking',
      next: (count) => {
        const { headers, body } = BODIES[count % BODIES.length] ?? { headers: {}, body: '' };
        const paths = ['/paiements/ipn', '/paiements/start/', '/paiements/return', '/api/transactions/'];
        return post(paths[count % paths.length] ?? '', body, headers);
      },
    },
    {
      name: 'bogus-hints',
      next: (count) => {
        const { account, id } = named('moip');
        const code = String(10_000 + (count % 90_000));
        const body = `id_transacao=${id}01&valor=1999&status_pagamento=1&cod_moip=${code}&forma_pagamento=73&tipo_pagamento=CartaoDeCredito&parcelas=1&email_consumidor=a%40example.com`;
        return post(`/callback/${account}?o=${id}01`, body);
      },
    },
    {
      name: 'refused-notifications',
      next: (count) => victim(count).forged,
    },
    {
      name: 'tipi-forms',
      next: (count) => ({
        ...tipi,
        body: String(tipi.body).replace(/montant=\d+/, `montant=${5500 + (count % 900_000)}`),
      }),
    },
    {
      name: 'returns',
      next: (count) => {
        const { back } = victim(count);
        return { method: 'GET', path: `${back}${back.includes('?') ? '&' : '?'}flood=${count}` };
      },
    },
    {
      name: 'link-guesses',
      next: (count) => {
        const { id } = victim(count);
        const paths = [
          `/pay/${id}`,
          `/pay/${id}/${noise(count, 22)}`,
          `/pay/${noise(count, 16)}/${noise(count + 1, 22)}`,
          `/pay/${noise(count, 16)}`,
          `/paiements/go/${noise(count, 16)}`,
        ];
        return { method: 'GET', path: paths[count % paths.length] ?? '' };
      },
    },
    {
      name: 'pay-flood',
      next: (count) => ({ method: 'GET', path: victim(count).link }),
    },
    {
      name: 'heads',
      next: (count) => {
        const { link, back, account } = victim(count);
        return { method: 'HEAD', path: [link, back, `/callback/${account}`][count % 3] ?? '' };
      },
    },
    {
      name: 'unknown-names',
      next: (count) => {
        const calls = [
          post(`/callback/nobody-${count}`, 'a=b'),
          post(
            '/paiements/start/',
            `config_id=${count + 1000}&reference=x&amount=1&sign=${noise(count, 128)}`,
          ),
          post('/api/transactions/', `config_id=1&secret=${noise(count, 40)}`),
          { method: 'GET', path: '/v1/payments', headers: { authorization: `Bearer ${noise(count, 40)}` } },
          {
            method: 'GET',
            path: '/v1/admin/shops',
            headers: { authorization: `Bearer ${noise(count, 40)}` },
          },
          { method: 'GET', path: `/return/nobody-${count}/${noise(count, 16)}` },
        ];
        return calls[count % calls.length] as Call;
      },
    },
  ];
}
