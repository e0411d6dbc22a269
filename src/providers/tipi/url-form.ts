/** The URL form: the debt goes out in a plain address, and the result comes back in a form that nobody signs. */
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { ProviderUpdate, StartedAttempt, StartRequest, UpdateOutcome } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { addressWithOrder, debtOf } from './debt.ts';
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
  return { redirect: { kind: 'url', method: 'GET', url }, providerState: { refdet } };
}

/** The outcome that a result claims; null where it is incomplete. */
export function claimedOutcome(values: ReadonlyMap<string, string>): UpdateOutcome | null {
  const result = values.get('resultrans');
  return result && values.has('refdet') ? outcomeOfResult(result) : null;
}

/**
 * Reads a result. It moves no money by itself, unless the operator trusts it for this account.
 * @throws Refusal field_missing
 */
export function readResult(settings: TipiSettings, values: ReadonlyMap<string, string>): ProviderUpdate {
  const result = values.get('resultrans') ?? '';
  const refdet = values.get('refdet') ?? '';
  if (!refdet || !result) throw new Refusal('field_missing', 'refdet and resultrans are both needed');
  const claimed = outcomeOfResult(result);
  const trusted = settings.trust_unsigned_notification;
  const untrusted = claimed === 'paid' ? 'pending' : 'none';
  return {
    kind: 'update',
    order: values.get('o') ?? refdet,
    key: `${refdet}/${result}/${trusted ? 'trusted' : 'unsigned'}`,
    outcome: trusted ? claimed : untrusted,
    amount: centsOf(values.get('montant')),
    currency: null,
    movement: refdet,
    providerReference: values.get('numauto') || null,
    providerStatus: result,
    detail: trusted
      ? { unsigned: 'trusted, because trust_unsigned_notification is on' }
      : {
          claims: claimed,
          unsigned:
            'nobody has signed this: it proves nothing; a person has to compare with the accountant’s journal',
        },
  };
}
