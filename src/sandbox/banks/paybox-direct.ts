/** Paybox Direct (PPPS), simulated: capture, cancel, refund, the inquiry, and the search by reference. */
import { createHmac } from 'node:crypto';
import { type ApiCall, type Memory, type Merchant, readForm } from '../kit/bank.ts';
import {
  type BankOperationKind,
  type Entry,
  entryByReference,
  entryOf,
  perform,
  refer,
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

/** STATUS of the payment: what was done last, however often. */
function statusOf(entry: Entry): string {
  const last = entry.done.filter(({ state }) => state === 'done').at(-1)?.kind;
  if (entry.returned > 0) return last === 'cancel' ? 'Annulé' : 'Remboursé';
  if (entry.cancelled) return 'Annulé';
  if (entry.taken > 0) return 'Capturé';
  return entry.held > 0 ? 'Autorisé' : 'Refusé';
}

/** STATUS of an operation's own transaction, once it is over. */
const OPERATION_WORDS: Readonly<Record<BankOperationKind, string>> = {
  capture: 'Capturé',
  cancel: 'Annulé',
  refund: 'Remboursé',
};

/** NUMTRANS of a payment. */
function paymentNumber(entry: Entry): string {
  return `7${entry.data.NUMTRANS}`.padStart(10, '0');
}

/** NUMTRANS of an operation: each is a transaction of its own, numbered here by its place among those of its order. */
function operationNumber(entry: Entry, index: number): string {
  return `8${entry.data.NUMTRANS}${String(index).padStart(2, '0')}`;
}

/** STATUS of the transaction of a number; null: there is none, or not yet. */
async function inquired(memory: Memory, number: string): Promise<string | null> {
  const payment = await entryByReference(memory, 'paybox', number);
  if (payment) return statusOf(payment);
  const entry = await entryByReference(memory, 'paybox-operation', number);
  const operation = entry?.done[Number(number.slice(-2))];
  if (!operation || operation.state === 'pending') return null;
  return operation.state === 'done' ? OPERATION_WORDS[operation.kind] : 'Refusé';
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
    NUMTRANS: paymentNumber(entry),
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
  const ofSite = merchants.filter(({ settings }) => settings.site === value('SITE'));
  if (ofSite.length === 0) return reply('00006', 'PAYBOX : Accès refusé');
  const [last] = list.slice(-1);
  const signers = ofSite.filter(
    (one) => last?.[0] === 'HMAC' && last[1] === payboxHmac(list.slice(0, -1), value('HASH'), one),
  );
  // Two contracts of a site may have one key.
  const merchant =
    signers.find(({ settings }) => settings.identifiant === value('IDENTIFIANT')) ?? signers[0];
  if (!merchant) return reply('00006', 'PAYBOX : Signature erronée');
  const isByReference = value('TYPE') === '00011';
  const isInquiry = value('TYPE') === '00017';
  for (const [name, form] of [
    ['VERSION', /^0010[34]$/],
    ['RANG', /^\d{3}$/],
    ['IDENTIFIANT', new RegExp(`^${merchant.settings.identifiant}$`)],
    ['NUMQUESTION', /^\d{10}$/],
    ['MONTANT', /^\d{10}$/],
    ['DATEQ', /^\d{14}$/],
    ['NUMTRANS', isByReference ? /^$/ : /^\d{10}$/],
    ['NUMAPPEL', isByReference ? /^$/ : isInquiry ? /^(?:\d{10})?$/ : /^\d{10}$/],
  ] as const) {
    if (!form.test(value(name))) return reply('00011', `PAYBOX : ${name} incorrect`);
  }
  if (isByReference) return reply(...(await found(memory, fields)));
  if (isInquiry) {
    // It goes by the number alone.
    const status = await inquired(memory, value('NUMTRANS'));
    return status === null
      ? reply('00018', 'PAYBOX : Transaction non trouvée')
      : reply('00000', 'Demande traitée avec succès', { STATUS: status });
  }
  const entry = await entryByReference(memory, 'paybox', value('NUMTRANS'));
  if (
    entry?.order !== value('REFERENCE') ||
    Number(value('NUMAPPEL')) !== Number(entry.data.NUMAPPEL) ||
    value('DEVISE') !== entry.data.PBX_DEVISE
  )
    return reply('00018', 'PAYBOX : Transaction non trouvée');
  const kind = OPERATIONS[value('TYPE')];
  if (!kind) return reply('00014', 'PAYBOX : Opération inconnue');
  if (call.trouble === 'fail') return reply('00105', 'PAYBOX : Transaction refusée');
  // With a capture the rest is let go, and a cancel is about what was captured.
  const isOfTaken = kind === 'cancel' && entry.taken > 0;
  const result = await perform(memory, entry, {
    kind,
    amount: Number(value('MONTANT')),
    ...(isOfTaken && { isOfTaken }),
  });
  if (result === 'amount') return reply('00011', 'PAYBOX : Montant incorrect');
  if (result === 'state')
    return reply('00015', `PAYBOX : Transaction déjà ${kind === 'capture' ? 'capturée' : 'annulée'}`);
  const number = operationNumber(entry, result.entry.done.length - 1);
  await refer(memory, 'paybox-operation', number, entry.order);
  // The means of payment decides later.
  if (result.done.state === 'pending') return reply('99999', 'Opération en attente', { NUMTRANS: number });
  return reply('00000', 'Demande traitée avec succès', { NUMTRANS: number });
}
