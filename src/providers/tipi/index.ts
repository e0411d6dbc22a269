/**
 * TIPI, today PayFiP (DGFiP, French public finances): payments to local authorities, in euros, without any signature.
 *
 * - Web service (the secure way, the default): a SOAP call creates the payment and gives an idop, good for one visit
 *   within 15 minutes. What comes back names only the idop; the result is fetched by another call and compared with what
 *   the payment was created with.
 * - URL form: amount and result travel in plain, unsigned addresses. Its result is a claim, and nobody can be asked: in
 *   production the payment waits for proof, unless the operator accepts the risk (`trustUnprovenNotifications`).
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - No retry of the notification is assumed: every unfinished idop is queried until 20 minutes after its creation, and
 *   once more.
 * - A test (T, X) on an account in production is refused, and any other saisie on one that is not.
 * - The financial year is the current one unless the shop gives `exer`.
 */

import { charset } from '../../signing/charsets.ts';
import { defineProvider } from '../contract.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { TIPI_REQUIRES, TIPI_SHOP_FIELDS, WEB_SERVICE_LIMIT } from './debt.ts';
import { wrongSaisie } from './environment.ts';
import { requestParameters } from './parameters.ts';
import { tipiProof } from './proof.ts';
import { tipiSettings } from './settings.ts';
import { tipiSignatures } from './signatures.ts';
import { PAYFIP_FAULTS, RESULTRANS } from './statuses.ts';
import { readResult, startUrlForm } from './url-form.ts';
import {
  creerPaiementSecurise,
  NO_WEB_SERVICE,
  readIdop,
  recupererDetailPaiementSecurise,
} from './web-service.ts';

export const tipi = defineProvider<typeof tipiSettings>({
  id: 'tipi',
  aliases: ['payfip'],
  caption: 'TIPI / PayFiP (DGFiP, French public finances)',
  means: { kind: 'card', name: 'PayFiP' },
  countries: ['FR'],
  currencies: ['EUR'],
  capabilities: {
    manualCapture: false,
    signedNotification: false,
    signedReturn: false,
  },
  settings: tipiSettings,
  wrongSetting: ({ saisie }, environment) => wrongSaisie(saisie, environment),
  proof: ({ mode }) => tipiProof(mode),
  signatures: tipiSignatures,
  statuses: { RESULTRANS, FAULT: PAYFIP_FAULTS },
  likelyCauses: [],
  requires: TIPI_REQUIRES,
  maxAmount: WEB_SERVICE_LIMIT,
  testOnly: false,
  // An idop is good for one visit.
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: () => TIPI_SHOP_FIELDS,
  captureDefault: () => 'automatic',
  deferred: ({ mode }) => mode === 'webservice',

  async start(request) {
    return request.account.settings.mode === 'url' ? startUrlForm(request) : creerPaiementSecurise(request);
  },

  async notification(request, account, channel) {
    const values = requestParameters(request);
    const { settings } = account;
    if (settings.mode === 'webservice') return readIdop(values);
    if (channel === 'return') return { kind: 'acknowledgement', about: 'a return, which proves nothing' };
    return readResult(account, values);
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    { where: 'PayFiP: nothing has to be entered, each payment names its addresses', value: callback },
    { where: 'activation (X): one real payment of 1 euro or more before production (W)', value: 'saisie' },
  ],

  queryStatus: recupererDetailPaiementSecurise,
  cannotQueryStatus: ({ mode }) => (mode === 'url' ? NO_WEB_SERVICE : null),
  // Until the idop is 20 minutes old, and once more.
  queryPauses: [300, 300, 360, 3600],
  // Every attempt has its own status queries (queryAfterSeconds); later the idop is purged.
  queryAfter: [],
});
