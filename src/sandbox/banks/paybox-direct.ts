/** Paybox Direct (PPPS), simulated: capture, cancel, refund, the inquiry, and the search by reference. */
import { createHmac } from 'node:crypto';
import { type ApiCall, type Memory, type Merchant, readForm } from '../kit/bank.ts';
import {
  type BankOperationKind,
  type Entry,
  entryByReference,
  entryOf,
  perform,
} from '../kit/bank-ledger.ts';

/**
 * The HMAC that the fields of a form or call should have.
 * @param algorithm as PBX_HASH or HASH names it, such as `SHA512`.
 */
export function payboxHmac(
  fields: readonly (readonly [string, string])[],
  algorithm: string,
  merchant: Merchant,
): string {
  const text = fields.map(([name, value]) => `${name}=${value}`).join('&');
  const key = Buffer.from(String(merchant.settings.hmac_key), 'hex');
  return createHmac(algorithm.toLowerCase(), key).update(text, 'utf8').digest('hex').toUpperCase();
}

const OPERATIONS: Readonly<Record<string, BankOperationKind>> = {
  '00002': 'capture',
  '00005': 'cancel',
  '00014': 'refund',
};

/** STATUS of the inquiry. */
function statusOf(entry: Entry): string {
  if (entry.returned > 0) return entry.done.at(-1)?.kind === 'cancel' ? 'Annulé' : 'Remboursé';
  if (entry.cancelled) return 'Annulé';
  if (entry.taken > 0) return 'Capturé';
  return entry.held > 0 ? 'Autorisé' : 'Refusé';
}

/** The answer to the question whether there is a transaction of a reference, with its amount and currency. */
async function found(
  memory: Memory,
  fields: ReadonlyMap<string, string>,
): Promise<[code: string, comment: string, more?: Readonly<Record<string, string>>]> {
  const entry = await entryOf(memory, fields.get('REFERENCE') ?? '');
  const isSame =
    entry !== null &&
    entry.held + entry.taken > 0 &&
    entry.asked === Number(fields.get('MONTANT')) &&
    entry.data.PBX_DEVISE === fields.get('DEVISE');
  if (!isSame) return ['00018', 'PAYBOX : Transaction non trouvée'];
  const numbers = {
    NUMTRANS: `7${entry.data.NUMTRANS}`.padStart(10, '0'),
    NUMAPPEL: String(entry.data.NUMAPPEL).padStart(10, '0'),
  };
  return ['00000', 'Demande traitée avec succès', numbers];
}

/** Answers a call of Paybox Direct. */
export async function payboxDirectAnswer(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const list = readForm(new TextEncoder().encode(call.body), 'utf-8');
  const fields = new Map(list);
  const value = (name: string) => fields.get(name) ?? '';
  const reply = (code: string, comment: string, more: Readonly<Record<string, string>> = {}) => {
    const answered = {
      NUMTRANS: value('NUMTRANS'),
      NUMAPPEL: value('NUMAPPEL'),
      NUMQUESTION: value('NUMQUESTION'),
      SITE: value('SITE'),
      RANG: value('RANG'),
      AUTORISATION: 'XXXXXX',
      CODEREPONSE: code,
      COMMENTAIRE: comment,
      ...more,
    };
    const text = Object.entries(answered).map(([name, given]) => `${name}=${given}`);
    return new Response(Buffer.from(text.join('&'), 'latin1'));
  };
  const merchant = merchants.find(({ settings }) => settings.site === value('SITE'));
  if (!merchant) return reply('00006', 'PAYBOX : Accès refusé');
  const [last] = list.slice(-1);
  const expected = payboxHmac(list.slice(0, -1), value('HASH'), merchant);
  if (last?.[0] !== 'HMAC' || last[1] !== expected) return reply('00006', 'PAYBOX : Signature erronée');
  const isByReference = value('TYPE') === '00011';
  for (const [name, form] of [
    ['RANG', /^\d{3}$/],
    ['NUMQUESTION', /^\d{10}$/],
    ['MONTANT', /^\d{10}$/],
    ['DATEQ', /^\d{14}$/],
    ['NUMTRANS', isByReference ? /^$/ : /^\d{10}$/],
    ['NUMAPPEL', isByReference ? /^$/ : /^\d{10}$/],
  ] as const) {
    if (!form.test(value(name))) return reply('00011', `PAYBOX : ${name} incorrect`);
  }
  if (isByReference) return reply(...(await found(memory, fields)));
  const entry = await entryByReference(memory, 'paybox', value('NUMTRANS'));
  // The inquiry goes by the number alone.
  const isOther = value('TYPE') !== '00017' && entry?.order !== value('REFERENCE');
  if (!entry || isOther) return reply('00018', 'PAYBOX : Transaction non trouvée');
  if (value('TYPE') === '00017')
    return reply('00000', 'Demande traitée avec succès', { STATUS: statusOf(entry) });
  const kind = OPERATIONS[value('TYPE')];
  if (!kind) return reply('00010', 'PAYBOX : Opération inconnue');
  if (call.trouble === 'fail') return reply('00105', 'PAYBOX : Transaction refusée');
  const result = await perform(memory, entry, { kind, amount: Number(value('MONTANT')) });
  if (typeof result === 'string')
    return reply('00015', `PAYBOX : Transaction déjà ${kind === 'capture' ? 'capturée' : 'annulée'}`);
  return reply('00000', 'Demande traitée avec succès', { NUMTRANS: result.done.id.slice(0, 10) });
}
