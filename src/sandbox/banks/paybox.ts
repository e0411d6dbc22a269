/** Paybox System, simulated: the hosted page's address, the IPN and the signed returns. */
import { createSign } from 'node:crypto';
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  digits,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { refer } from '../kit/bank-ledger.ts';
import { amountOfMessage, checkedParts, partNumber } from '../kit/parts.ts';
import { payboxDirectAnswer, payboxHmac } from './paybox-direct.ts';

/** A key pair made for this sandbox, worthless elsewhere; its public half is the demo account's setting. */
export const SANDBOX_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxu97ea2irn7npuW7pA3WFKnyx
iOi8Y3wNyVQzQQaMu1PmhpT+HbO4UAfeyQSpxyef1NdALPkDKPm7ESyRchozJOt4
brfAvN0eODlRnkkuxhj5PzQ5S0mYBbev41PS4nrTPU7Yc20CHP8QSR2nYEVyCsa+
S0IyzGKulnYWQrgpqQIDAQAB
-----END PUBLIC KEY-----
`;

const SANDBOX_PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBALG73t5raKufuem5
bukDdYUqfLGI6LxjfA3JVDNBBoy7U+aGlP4ds7hQB97JBKnHJ5/U10As+QMo+bsR
LJFyGjMk63hut8C83R44OVGeSS7GGPk/NDlLSZgFt6/jU9LietM9TthzbQIc/xBJ
HadgRXIKxr5LQjLMYq6WdhZCuCmpAgMBAAECgYEAo0glh9DFaGZlNgPVkNxMqvpN
dAyDRA9heIjtgejLS58NhUs+tfYzlbBwiovCbPc5v+yZk6u9WNncE6/DchuRVMK6
S+hdCMbDUS/UueWf5VEX0nwwnPcSn0mzDfUENoLWSiKWz07i6eS+VlxAl1n+Dwvl
vthfxr08YXT/DPwI0AECQQDgQceytI1TLJgOQdWy/VmmuFwoaTxfgfy75DHk3tTR
cDtza24eumI+iOa8ubYNVhAdrw6LfclHcH9DtJ0Dze3JAkEAyuRFTWykzdj391Of
3QlAeJP2MT5luU121umAaKTWTnygHmDsle4LzSWRC9nBubTn1iVQpmXI+rGyexiL
bk7M4QJBAIqVnAc/tKZVxJHq9VjrX9+7xpfikMCk375tQrghTHsxVEv7c83heJ0U
lSLD0VFkggkWCXMChMR1LPB2SSH0vKECQARsh8pRZSKL6ZQ+AY1bR0mZyFN4jdVF
iCLVgpRFi9q4QvGGoYH/Z8h4WjpM7Dl1ZVy5AZIvQ/ubZk3i0h98nmECQHfbKfIZ
l4ubWFGrr3SFE0M+XI3rb+yBwB+ZdgEJfoTWAZfVTOMrxygjh6pKSq1r2AWPVYWG
Cvyelll1qrgmIxw=
-----END PRIVATE KEY-----
`;

/** Signs where the platform would use a key that nobody knows. */
const STRANGE_PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAL6+IqKnFBMhyXoZ
WpDh31bIfquN4B4KKq0jExk3Inb5QD5QKLQ+sIEvWnCpEYB9kCPQF0vMbcPLuEd4
vmTuEbdbkedjY0MGBnk40eKqPdZXPo3FtzL3Lt725vTn2zI7TyVd8iAFAHQNq4FX
O3SiRDUF31c39B14MDtbfk/Fblm/AgMBAAECgYEAlhejxX3XrB5gHjYpL+ytA+sM
0g34F2tEna0F8EeUVS5ZQS9ueDcESQNsFU7UuNkVPTkXu8uHbBS4U3VNzLoRMWyh
zFYxyRoH529lmqRjzWXvQoytQ8mxhjYNTdQ+539XPIfE4aO62k3qe0Cd9vMzfQjk
+2HqR29s20+0jlgkBfECQQDt9Y7Rl3cVlrlh+3Qa1R0XMUY8wwVm+O3LRqUhjicm
bJ1/AyUeWa9wTsIeRczahxDCbcHjkvhCqt+X7pbgUyR7AkEAzTQshx9i1vIZnStO
7cZgvbr4yM2ncBONE2xtWmWlkuugK5KXN+HICT+r1kvnfnTLFgMM+v9BiSzI7Blg
kdsmjQJAJyQpJdigQfDU9YUDCBbd/h6gywXZMaLomnM4Xlifn/ZlwaqmxGNENFkA
HTKmC5wD6bdcGS7nny+0L62TK7sBWQJAF2YYobvJeHsYwpw6ntBdHaVhUvxoWFZS
YuGdQo6Op8cod296wMuFFNDm1kPHfNrygWsNot1SasLpkkp+gYM8zQJBALZ3pE72
lHIZnGEsjA8PM+bFdN6C8sXwNtIvp5hr2XfN5/gqFqJc2Q/1DtxNFXcCe0ws9SgY
iUoVEhBFOw4jsjQ=
-----END PRIVATE KEY-----
`;

const CURRENCIES: Readonly<Record<string, string>> = {
  '978': 'EUR',
  '840': 'USD',
  '826': 'GBP',
  '756': 'CHF',
  '124': 'CAD',
  '036': 'AUD',
  '392': 'JPY',
  '578': 'NOK',
  '752': 'SEK',
  '208': 'DKK',
  '952': 'XOF',
  '950': 'XAF',
  '788': 'TND',
};

const ADDRESSES: Record<Decision, string> = {
  pay: 'PBX_EFFECTUE',
  decline: 'PBX_REFUSE',
  cancel: 'PBX_ANNULE',
  wait: 'PBX_ATTENTE',
};

const ERRORS: Record<Decision, string> = { pay: '00000', decline: '00105', cancel: '00117', wait: '99999' };

/** A space is %20; `@ / : ,` stay as they are. */
function payboxEncoded(value: string): string {
  return encodeURIComponent(value).replace(/%(?:40|2F|3A|2C)/g, decodeURIComponent);
}

function signed(text: string, key = SANDBOX_PRIVATE_KEY): string {
  return encodeURIComponent(createSign('RSA-SHA1').update(text).sign(key, 'base64'));
}

/** Each part of a payment is a transaction of its own. */
function laterPart(order: BankOrder): string {
  const number = partNumber(order);
  return number === 1 ? '' : String(number);
}

/** PBX_2MONT1, PBX_DATE1 and so on: what comes on top of PBX_TOTAL. @throws BankError */
function partsOfFields(fields: ReadonlyMap<string, string>): readonly number[] {
  const amounts = [Number(fields.get('PBX_TOTAL'))];
  let before = '';
  for (let number = 1; fields.has(`PBX_2MONT${number}`); number += 1) {
    const [amount, date] = [`PBX_2MONT${number}`, `PBX_DATE${number}`].map((name) =>
      requiredField(fields, name),
    );
    if (!/^\d{3,10}$/.test(amount ?? '')) throw new BankError(`PBX_2MONT${number}`, 'has 3 to 10 digits');
    const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(date ?? '') ?? [];
    const sortable = `${year}${month}${day}`;
    if (!year || sortable <= before) throw new BankError(`PBX_DATE${number}`, 'is no later day');
    before = sortable;
    amounts.push(Number(amount));
  }
  if (amounts.length > 1 && !/^\d{4}$/.test(requiredField(fields, 'PBX_DATEVALMAX')))
    throw new BankError('PBX_DATEVALMAX', 'is YYMM');
  return amounts;
}

/** The PBX_RETOUR variables with their values, all but K; one without a value is left out. */
function variables(order: BankOrder, decision: Decision): string[] {
  const ok = decision === 'pay';
  const values: Record<string, string> = {
    M: String(amountOfMessage(order)),
    R: order.order,
    // That of every test; a real one is for tests of accounts in production.
    A: ok ? (order.data.AUTHORIZATION ?? 'XXXXXX') : '',
    E: ERRORS[decision],
    S: `${ok ? '7' : '6'}${order.data.NUMTRANS}${laterPart(order)}`,
    T: `${order.data.NUMAPPEL ?? ''}${laterPart(order)}`,
    C: 'CB',
    P: 'CARTE',
  };
  return (order.data.PBX_RETOUR ?? '')
    .split(';')
    .map((part) => part.split(':') as [string, string])
    .filter(([, letter]) => letter !== 'K' && values[letter])
    .map(([name, letter]) => `${name}=${payboxEncoded(values[letter] ?? '')}`);
}

/** The text as it is sent: another amount, or the same one written with other bytes. */
function spoilt(text: string, spoiling: Spoiling): string {
  if (spoiling === 'bad-signature') return text.replace(/^([^=]+)=\d+/, '$1=1');
  if (spoiling === 'wrong-charset')
    return text.replace(/=([A-Z])/, (_, letter: string) => `=%${letter.charCodeAt(0).toString(16)}`);
  return text;
}

function signatureName(order: BankOrder): string {
  return (order.data.PBX_RETOUR ?? '').split(';').at(-1)?.split(':')[0] ?? 'K';
}

function checkHmac(fields: readonly [string, string][], merchant: Merchant): void {
  const at = fields.findIndex(([name]) => name === 'PBX_HMAC');
  if (at < 0) throw new BankError('PBX_HMAC', 'is missing');
  if (at !== fields.length - 1) throw new BankError('PBX_HMAC', 'must be the last field');
  const algorithm = fields.find(([name]) => name === 'PBX_HASH')?.[1] ?? '';
  if (!/^SHA(?:224|256|384|512)$/.test(algorithm))
    throw new BankError('PBX_HASH', 'is not an algorithm of this bank');
  if (fields[at]?.[1] !== payboxHmac(fields.slice(0, at), algorithm, merchant))
    throw new BankError('PBX_HMAC', 'does not fit the fields in their order');
}

function checkFields(fields: ReadonlyMap<string, string>): void {
  if (!/^\d{3,10}$/.test(requiredField(fields, 'PBX_TOTAL')))
    throw new BankError('PBX_TOTAL', 'has 3 to 10 digits');
  if (!/^\S+@\S+$/.test(requiredField(fields, 'PBX_PORTEUR')))
    throw new BankError('PBX_PORTEUR', 'is no e-mail address');
  if (!/:K$/.test(requiredField(fields, 'PBX_RETOUR'))) throw new BankError('PBX_RETOUR', 'must end with K');
  if (Number.isNaN(Date.parse(requiredField(fields, 'PBX_TIME'))))
    throw new BankError('PBX_TIME', 'is no time');
  for (const name of [...Object.values(ADDRESSES), 'PBX_REPONDRE_A']) {
    if ((fields.get(name) ?? '').length > 150) throw new BankError(name, 'is longer than 150 characters');
  }
  const cart = fields.get('PBX_SHOPPINGCART') ?? '';
  if (!/<totalQuantity>\d{1,2}<\/totalQuantity>/.test(cart))
    throw new BankError('PBX_SHOPPINGCART', 'has no quantity');
  const billing = fields.get('PBX_BILLING');
  if (billing !== undefined && !/<CountryCode>\d{3}<\/CountryCode>/.test(billing)) {
    throw new BankError('PBX_BILLING', 'has no numeric country');
  }
}

export const payboxBank: Bank = {
  providers: ['paybox'],
  caption: 'Paybox System',
  pages: [{ method: 'POST', path: '/cgi/MYchoix_pagepaiement.cgi' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],
  api: [{ method: 'POST', path: '/PPPS.php' }],
  movesMoney: ({ body }) => !/TYPE=000(?:17|11)/.test(body),
  answer: payboxDirectAnswer,
  decide: (order, _merchant, decision, memory) =>
    decision === 'pay'
      ? refer(memory, 'paybox', `7${order.data.NUMTRANS}`.padStart(10, '0'), order.order)
      : Promise.resolve(),

  receive({ body }, merchants) {
    const list = readForm(body, 'utf-8');
    const fields = new Map(list);
    const site = requiredField(fields, 'PBX_SITE');
    const merchant = merchants.find(
      ({ settings }) =>
        settings.site === site &&
        settings.rang === fields.get('PBX_RANG') &&
        settings.identifiant === fields.get('PBX_IDENTIFIANT'),
    );
    if (!merchant) throw new BankError('PBX_SITE', `unknown site, rank or identifier (${site})`);
    checkFields(fields);
    checkHmac(list, merchant);
    const currency = CURRENCIES[requiredField(fields, 'PBX_DEVISE')];
    if (!currency) throw new BankError('PBX_DEVISE', 'unknown currency');
    const amounts = partsOfFields(fields);
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const parts = amounts.length > 1 ? checkedParts(amounts, total, 'PBX_2MONT1') : {};
    return {
      account: merchant.account,
      order: requiredField(fields, 'PBX_CMD'),
      amount: total,
      currency,
      manual: fields.get('PBX_AUTOSEULE') === 'O',
      shown: [
        ['Site', site],
        ['Order', fields.get('PBX_CMD') ?? ''],
        ['E-mail', fields.get('PBX_PORTEUR') ?? ''],
      ],
      data: { ...Object.fromEntries(fields), NUMTRANS: digits(7), NUMAPPEL: digits(7), ...parts },
    };
  },

  notification(order, merchant, decision: Decision, spoiling: Spoiling) {
    const parts = variables(order, decision);
    const text = parts.join('&');
    const key = spoiling === 'unknown-key' ? STRANGE_PRIVATE_KEY : SANDBOX_PRIVATE_KEY;
    const message = `${spoilt(text, spoiling)}&${signatureName(order)}=${signed(text, key)}`;
    const url = order.data.PBX_REPONDRE_A ?? merchant.callback;
    if (order.data.PBX_RUF1 === 'POST') {
      return {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: message,
      };
    }
    return {
      method: 'GET',
      url: `${url}${url.includes('?') ? '&' : '?'}${message}`,
      headers: {},
      body: null,
    };
  },

  // The whole query before K is signed, the merchant's own parameters too.
  back(order, _merchant, decision) {
    const [address = '', own] = (order.data[ADDRESSES[decision]] ?? '').split('?');
    const text = [...(own ? [own] : []), ...variables(order, decision)].join('&');
    return `${address}?${text}&${signatureName(order)}=${signed(text)}`;
  },
};
