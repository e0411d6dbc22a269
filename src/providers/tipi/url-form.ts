/** The URL form: the debt goes out in a plain address, and the result comes back in a form that nobody signs. */
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type {
  ProviderAccount,
  ProviderUpdate,
  StartedAttempt,
  StartRequest,
  UpdateOutcome,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { providerUpdate } from '../kit/update.ts';
import { addressWithOrder, debtOf } from './debt.ts';
import { requireSaisie } from './environment.ts';
import { centsOf } from './parameters.ts';
import type { TipiSettings } from './settings.ts';
import { outcomeOfResult } from './statuses.ts';

/** The address of the URL form at `page`; the order of the fields is free. */
export function urlFormAddress(page: string, fields: Iterable<readonly [string, string]>): string {
  return `${page}?${encodeForm(fields, charset('utf-8')) ?? ''}`;
}

/**
 * The redirect with the debt in its address.
 * @throws Problem naming what PayFiP does not take.
 */
export function startUrlForm(request: StartRequest<TipiSettings>): StartedAttempt {
  const { account, urls, order } = request;
  const { exer, mel, montant, objet, refdet } = debtOf(request);
  const url = urlFormAddress(atOrigin(account.settings.service_url, account.endpoints.page), [
    ['numcli', account.settings.numcli],
    ['exer', exer],
    ['refdet', refdet],
    ['objet', objet],
    ['montant', montant],
    ['mel', mel],
    ['saisie', account.settings.saisie],
    ['urlcl', addressWithOrder(urls.callback, order)],
  ]);
  return { redirect: { kind: 'url', method: 'GET', url }, providerState: { refdet }, bound: { refdet } };
}

/** The outcome that a result claims; null where it is incomplete. */
export function claimedOutcome(values: ReadonlyMap<string, string>): UpdateOutcome | null {
  const result = values.get('resultrans');
  return result && values.has('refdet') ? outcomeOfResult(result) : null;
}

/**
 * Reads a result. Nobody has signed it: what it counts for is decided where messages are taken.
 * @throws Refusal field_missing, wrong_account, wrong_environment
 */
export function readResult(
  account: ProviderAccount<TipiSettings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const result = values.get('resultrans') ?? '';
  const refdet = values.get('refdet') ?? '';
  if (!refdet || !result) throw new Refusal('field_missing', 'refdet and resultrans are both needed');
  const numcli = values.get('numcli') ?? account.settings.numcli;
  if (Number(numcli) !== Number(account.settings.numcli))
    throw new Refusal('wrong_account', `the result is for the client ${numcli}`);
  requireSaisie(account, values.get('saisie') ?? '');
  return providerUpdate({
    order: values.get('o') ?? refdet,
    key: `${refdet}/${result}`,
    outcome: outcomeOfResult(result),
    amount: centsOf(values.get('montant')),
    movement: refdet,
    echo: { refdet },
    providerReference: values.get('numauto') || null,
    providerStatus: result,
    detail: { unsigned: 'nobody has signed this: a person compares with the accountant’s journal' },
  });
}
