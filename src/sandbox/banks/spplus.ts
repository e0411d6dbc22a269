/** A simulated SPPlus: the page, and notifications by GET. */
import { createDecipheriv, createHmac } from 'node:crypto';
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Merchant,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';

const ETAT: Record<Decision, string> = { pay: '10', decline: '2', cancel: '12', wait: '6' };

/** What the page echoes as it was sent. */
const FREE = ['email', 'arg1', 'arg2'];

/** The kit's constants, in its own spelling. */
function key(cle: string): Uint8Array {
  const des = Buffer.from('451fba4f4c3fd497', 'hex');
  const decipher = createDecipheriv(
    'des-ede3-cbc',
    Buffer.concat([des, des, des]),
    Buffer.from('307830622c307830', 'hex'),
  ).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(Buffer.from(cle.replace(/ /g, ''), 'hex')), decipher.final()]);
  return Uint8Array.from(plain.subarray(0, 20));
}

function hmac(text: string, merchant: Merchant, spoiling: Spoiling): string {
  const secret = key(String(merchant.settings.cle));
  if (spoiling === 'unknown-key') secret.fill(1);
  return createHmac('sha1', secret).update(text, 'utf8').digest('hex').toUpperCase();
}

function message(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): string {
  const values: (readonly [string, string])[] = [
    ['siret', String(merchant.settings.siret)],
    ['reference', order.order],
    ['langue', 'FR'],
    ['devise', order.currency === 'EUR' ? '978' : '840'],
    ['montant', (order.amount / 100).toFixed(2)],
    ['taxe', '0.00'],
    // A letter last: a digit before etat could be read as a part of it, by which a decline may count as cancelled.
    ['refsfp', `SFP${order.id}X`],
    ['etat', ETAT[decision]],
    ...FREE.flatMap((name) => {
      const value = order.data[name];
      return value ? [[name, encodeURIComponent(value)] as const] : [];
    }),
  ];
  const signature = hmac(values.map(([, value]) => value).join(''), merchant, spoiling);
  const sent = values.map(([name, value]) =>
    name === 'montant' && spoiling === 'bad-signature' ? [name, '0.01'] : [name, value],
  );
  return [...sent, ['hmac', signature]].map(([name, value]) => `${name}=${value}`).join('&');
}

export const spplusBank: Bank = {
  providers: ['spplus'],
  caption: 'SPPlus',
  pages: [{ method: 'GET', path: '/paiement/init.do' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],

  receive({ query }, merchants) {
    const fields = new Map(new URLSearchParams(query));
    const siret = requiredField(fields, 'siret');
    const merchant = merchants.find(({ settings }) => settings.siret === siret);
    if (!merchant) throw new BankError('siret', 'is not known');
    const names = ['siret', 'reference', 'langue', 'devise', 'montant', 'taxe', 'validite'];
    const expected = hmac(names.map((name) => fields.get(name) ?? '').join(''), merchant, 'none');
    if (requiredField(fields, 'hmac') !== expected) throw new BankError('hmac', 'does not fit');
    if (!/^[A-Za-z0-9]{1,20}$/.test(requiredField(fields, 'reference')))
      throw new BankError('reference', 'has a wrong form');
    if (fields.get('devise') !== '978') throw new BankError('devise', 'must be 978');
    if (!/^\d+\.\d\d$/.test(requiredField(fields, 'montant')))
      throw new BankError('montant', 'has not two decimals');
    if (fields.get('version') !== '1') throw new BankError('version', 'must be 1');
    const back = requiredField(fields, 'urlretour');
    if (!/^https?:/.test(back) || back.includes('?'))
      throw new BankError('urlretour', 'must be an address without ?');
    for (const [name, form] of [
      ['email', /@/],
      ['arg1', /^[\x20-\x7e]{2,}$/],
    ] as const) {
      if (fields.has(name) && !form.test(fields.get(name) ?? ''))
        throw new BankError(name, 'has a wrong form');
    }
    return {
      account: merchant.account,
      order: requiredField(fields, 'reference'),
      amount: Math.round(Number(fields.get('montant')) * 100),
      currency: 'EUR',
      manual: false,
      shown: [
        ['Shop', siret],
        ['Reference', fields.get('reference') ?? ''],
        ['Order', fields.get('arg1') ?? ''],
      ],
      data: Object.fromEntries(fields),
    };
  },

  notification(order, merchant, decision, spoiling) {
    return {
      method: 'GET',
      url: `${merchant.callback}?${message(order, merchant, decision, spoiling)}`,
      headers: {},
      body: null,
    };
  },

  back(order, merchant, decision) {
    return `${order.data.urlretour}?${message(order, merchant, decision, 'none')}`;
  },
};
