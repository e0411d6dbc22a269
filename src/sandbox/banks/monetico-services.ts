/** The simulated services of captures, cancels and refunds: form posts under a seal, answered by lines of text without one. */
import type { ApiCall, Memory, Merchant } from '../kit/bank.ts';
import { type BankOperationKind, concluded, type Entry, entryOf, perform } from '../kit/bank-ledger.ts';
import { authorisationNumber, moneticoSeal, readAmount } from './monetico-seal.ts';

type Answer = readonly [cdr: string, lib: string, aut?: string];

/** The amounts of a call in minor units; null: one of them is wrong. */
function amountsOf(fields: ReadonlyMap<string, string>, names: readonly string[], currency: string) {
  const read = names.map((name) => readAmount(fields.get(name) ?? ''));
  return read.every((one) => one?.currency === currency) ? read.map((one) => one?.amount ?? 0) : null;
}

/** Executes it at once: neither service has an answer of later. */
async function done(memory: Memory, entry: Entry, kind: BankOperationKind, amount: number | null) {
  const result = await perform(memory, entry, { kind, amount });
  if (typeof result === 'string') return result;
  await concluded(memory, result.entry, result.done.id, 'done');
  return result.entry.done.length;
}

/** The sums that a capture names have to be those of the bank. */
async function capture(memory: Memory, entry: Entry, fields: ReadonlyMap<string, string>): Promise<Answer> {
  const names = ['montant', 'montant_a_capturer', 'montant_deja_capture', 'montant_restant'];
  const [asked, taken = 0, before, left = 0] = amountsOf(fields, names, entry.currency) ?? [];
  const isCancel = taken === 0 && left === 0;
  const areRight = asked === entry.asked && before === entry.taken;
  if (!areRight || (!isCancel && taken + entry.taken + left !== entry.asked)) return ['-1', 'montant errone'];
  if (entry.cancelled) return ['0', 'la commande est deja annulee'];
  const count = await done(memory, entry, isCancel ? 'cancel' : 'capture', isCancel ? null : taken);
  if (count === 'amount') return ['-1', 'montant errone'];
  if (count === 'state') return ['0', 'paiement deja accepte'];
  return isCancel
    ? ['1', 'commande annulee']
    : ['1', 'paiement accepte', authorisationNumber(entry.order, count)];
}

/** The numbers of an order's authorisation and captures. */
function numbersOf(entry: Entry): readonly string[] {
  return [0, ...entry.done.map((_, index) => index + 1)].map((index) =>
    authorisationNumber(entry.order, index),
  );
}

async function refund(memory: Memory, entry: Entry, fields: ReadonlyMap<string, string>): Promise<Answer> {
  const names = ['montant', 'montant_recredit', 'montant_possible'];
  const [asked, amount = 0, possible] = amountsOf(fields, names, entry.currency) ?? [];
  if (asked !== entry.asked) return ['-1', 'montant errone'];
  if (entry.taken - entry.returned === 0) return ['-46', 'la commande est deja recreditee'];
  if (possible !== entry.taken - entry.returned) return ['-52', 'montant possible errone'];
  const number = fields.get('num_autorisation');
  const isNamed = number !== undefined && fields.has('date_remise');
  if (number !== undefined && !(isNamed && numbersOf(entry).includes(number)))
    return ['-51', 'recouvrement inconnu'];
  const count = await done(memory, entry, 'refund', amount);
  return typeof count === 'string'
    ? ['-48', 'recredit impossible']
    : ['0', 'recredit effectue', authorisationNumber(entry.order, count)];
}

async function answered(
  call: ApiCall,
  fields: ReadonlyMap<string, string>,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Answer> {
  const known = merchants.filter(
    ({ settings }) => settings.tpe === fields.get('TPE') && settings.societe === fields.get('societe'),
  );
  if (known.length === 0) return ['-1', 'commercant non identifie'];
  const seal = (fields.get('MAC') ?? '').toUpperCase();
  if (!known.some((one) => moneticoSeal([...fields], one) === seal)) return ['-1', 'signature non valide'];
  if (fields.get('version') !== '3.0') return ['-1', 'la demande ne peut aboutir'];
  if (!/^\d\d\/\d\d\/\d{4}:\d\d:\d\d:\d\d$/.test(fields.get('date') ?? '')) return ['-1', 'date erronee'];
  const entry = await entryOf(memory, fields.get('reference') ?? '');
  const isTest = call.path.startsWith('/test/') ? 'yes' : 'no';
  const day = entry?.data.date?.slice(0, 10);
  if (!entry || entry.data.test !== isTest || day !== fields.get('date_commande'))
    return ['0', 'commande non authentifiee'];
  const isRefund = call.path.endsWith('/recredit_paiement.cgi');
  if (call.trouble === 'fail') return isRefund ? ['-48', 'recredit rejete'] : ['0', 'autorisation refusee'];
  return isRefund ? refund(memory, entry, fields) : capture(memory, entry, fields);
}

/** Answers a call. */
export async function moneticoServices(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const fields = new Map(new URLSearchParams(call.body));
  const [cdr, lib, aut] = await answered(call, fields, merchants, memory);
  const lines = ['version=1.0', `reference=${fields.get('reference') ?? ''}`, `cdr=${cdr}`, `lib=${lib}`];
  if (aut !== undefined) lines.push(`aut=${aut}`);
  return new Response(`${lines.join('\n')}\n`, { headers: { 'content-type': 'text/plain' } });
}
