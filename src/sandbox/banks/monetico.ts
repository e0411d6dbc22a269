/**
 * Monetico Paiement, simulated: the page, the interface "retour", and the services of captures and refunds. Written from its documents
 * (providers/monetico/SHEET.md), not from our provider; it checks our seals by its own recipe.
 */
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Merchant,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { entryOf } from '../kit/bank-ledger.ts';
import { authorisationNumber, moneticoSeal, readAmount } from './monetico-seal.ts';
import { moneticoServices } from './monetico-services.ts';

type Pairs = readonly (readonly [name: string, value: string])[];

/** As the bank writes it: no more digits than it needs. */
function amountText({ amount, currency }: BankOrder): string {
  return currency === 'JPY' ? `${amount}JPY` : `${amount / 100}${currency}`;
}

/** The form of each field. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['version', /^3\.0$/],
  ['TPE', /^[0-9A-Za-z]{7}$/],
  ['societe', /^\S{1,20}$/],
  ['date', /^\d\d\/\d\d\/\d{4}:\d\d:\d\d:\d\d$/],
  ['reference', /^[0-9A-Za-z]{1,50}$/],
  ['lgue', /^(?:FR|EN|DE|IT|ES|NL|PT|SV|JA)$/],
  ['mail', /^[^\s@]+@[^\s@]+$/],
  ['url_retour_ok', /^https?:.{1,2043}$/],
  ['url_retour_err', /^https?:.{1,2043}$/],
];

/** The billing address that 3-D Secure asks for. */
function checkContext(text: string): void {
  let billing: Readonly<Record<string, string>> | undefined;
  try {
    billing = JSON.parse(Buffer.from(text, 'base64').toString('utf8')).billing;
  } catch {
    throw new BankError('contexte_commande', 'is no JSON in base64');
  }
  for (const [name, limit] of [
    ['addressLine1', 50],
    ['city', 50],
    ['postalCode', 10],
    ['country', 2],
  ] as const) {
    const value = billing?.[name] ?? '';
    if (value === '' || Array.from(value).length > limit)
      throw new BankError('contexte_commande', `billing.${name} is missing or too long`);
  }
  const needsState = billing?.country === 'US' || billing?.country === 'CA';
  if (needsState && !/^(?:US|CA)-[A-Z]{2}$/.test(billing?.stateOrProvince ?? ''))
    throw new BankError('contexte_commande', 'billing.stateOrProvince is missing');
}

function checkForm(pairs: Pairs): ReadonlyMap<string, string> {
  const fields = new Map(pairs);
  if (fields.size !== pairs.length) throw new BankError('version', 'a field came twice');
  for (const [name, form] of FORMS) {
    if (!form.test(requiredField(fields, name))) throw new BankError(name, 'has a wrong form');
  }
  const strange = pairs.find(([, value]) => /[^\x20-\x7e]/.test(value));
  if (strange) throw new BankError(strange[0], 'is not plain ASCII');
  checkContext(requiredField(fields, 'contexte_commande'));
  return fields;
}

function message(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): string {
  const isPaid = decision === 'pay';
  const code = order.data.test === 'yes' ? 'payetest' : 'paiement';
  const pairs: [string, string][] = [
    ['TPE', String(merchant.settings.tpe)],
    ['date', (order.data.date ?? '').replace(':', '_a_')],
    ['montant', amountText(order)],
    ['reference', order.order],
    ['texte-libre', order.data['texte-libre'] ?? ''],
    ['code-retour', isPaid ? code : 'Annulation'],
    ['cvx', 'oui'],
    ['vld', '1229'],
    ['brand', 'VI'],
    ...(isPaid
      ? ([['numauto', authorisationNumber(order.order)]] as [string, string][])
      : ([
          ['motifrefus', 'Refus'],
          ['motifrefusautorisation', '-'],
        ] as [string, string][])),
    ['usage', 'credit'],
    ['originecb', 'FRA'],
    ['bincb', '497010'],
    ['originetr', 'FRA'],
    ['modepaiement', 'CB'],
    ['cbmasquee', '497010******0014'],
    ['authentification', btoa('{"status":"authenticated","details":{"liabilityShift":"Y"}}')],
    // The bank adds fields without notice, and seals empty ones.
    ['filtragecause', ''],
  ];
  if (spoiling === 'wrong-charset') pairs.push(['libelle', 'carte à puce']);
  const key = spoiling === 'unknown-key' ? 'F'.repeat(40) : merchant.settings.key;
  const signer = { ...merchant, settings: { ...merchant.settings, key } };
  const seal = moneticoSeal(pairs, signer, spoiling === 'wrong-charset' ? 'latin1' : 'utf8');
  const sent = pairs.map(([name, value]): [string, string] =>
    spoiling === 'bad-signature' && name === 'montant' ? [name, '0.01EUR'] : [name, value],
  );
  return new URLSearchParams([...sent, ['MAC', seal]]).toString();
}

export const moneticoBank: Bank = {
  providers: ['monetico'],
  caption: 'Monetico Paiement',
  pages: [
    { method: 'POST', path: '/paiement.cgi' },
    { method: 'POST', path: '/test/paiement.cgi' },
  ],
  // Nothing is told of a shopper who leaves.
  decisions: ['pay', 'decline'],
  api: ['capture_paiement', 'recredit_paiement'].flatMap((service) => [
    { method: 'POST' as const, path: `/${service}.cgi` },
    { method: 'POST' as const, path: `/test/${service}.cgi` },
  ]),
  movesMoney: () => true,
  answer: moneticoServices,

  async receive({ path, body }, merchants, memory) {
    const pairs = [...new URLSearchParams(new TextDecoder().decode(body))];
    const fields = checkForm(pairs);
    const known = merchants.filter(
      ({ settings }) => settings.tpe === fields.get('TPE') && settings.societe === fields.get('societe'),
    );
    if (known.length === 0) throw new BankError('TPE', 'unknown EPT or site code');
    const seal = requiredField(fields, 'MAC').toUpperCase();
    const merchant = known.find((one) => moneticoSeal(pairs, one) === seal);
    if (!merchant) throw new BankError('MAC', 'does not fit the fields and the key');
    const money = readAmount(requiredField(fields, 'montant'));
    if (!money || money.amount === 0) throw new BankError('montant', 'has a wrong form');
    const reference = requiredField(fields, 'reference');
    const before = await entryOf(memory, reference);
    if (before && before.held + before.taken > 0)
      throw new BankError('reference', 'an order of this reference was paid');
    return {
      account: merchant.account,
      order: reference,
      ...money,
      // The contract says it, and no field of the form.
      manual: merchant.settings.capture === 'manual',
      shown: [
        ['EPT', fields.get('TPE') ?? ''],
        ['Reference', reference],
        ['E-mail', fields.get('mail') ?? ''],
      ],
      data: { ...Object.fromEntries(fields), test: path.startsWith('/test/') ? 'yes' : 'no' },
    };
  },

  notification(order, merchant, decision, spoiling) {
    return {
      method: 'POST',
      // The one address that the bank has of an EPT.
      url: merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: message(order, merchant, decision, spoiling),
    };
  },

  back: ({ data }, _merchant, decision) =>
    (decision === 'pay' ? data.url_retour_ok : data.url_retour_err) ?? '',
};
