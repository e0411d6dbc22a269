/**
 * Moip v1 (Brazil), retired: bought by Wirecard and PagSeguro, switched off in December 2022. An XML instruction, a
 * redirect with its token, and notifications (NASP) that nobody signs: the instruction is queried, and only the answer
 * counts.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - 8 and unknown codes move nothing.
 * - What is returned (9) is the whole.
 */

import { Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider, type Hint, type ProviderRequest } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { unsignedProof } from '../kit/proof.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { consultarInstrucao, enviarInstrucao } from './instrucao.ts';
import { MOIP_PUBLISHED_SECRETS, moipSettings } from './settings.ts';
import { moipSignatures } from './signatures.ts';
import { TIPOS } from './statuses.ts';

/**
 * Reads a NASP. Nothing in it proves anything: it names the order to query.
 * @throws Refusal malformed, field_missing
 */
function readNasp(request: ProviderRequest): Hint {
  const values = new Map(formFields(formBytes(request)).map(({ name, value }) => [name, value]));
  const order = values.get('id_transacao') ?? '';
  const code = values.get('cod_moip') ?? '';
  if (!order || !/^\d{1,15}$/.test(code))
    throw new Refusal('field_missing', 'id_transacao and cod_moip are both needed');
  // Anybody can name payments: Moip is asked for all of the instruction, and once for all that was posted about it.
  return { kind: 'hint', order, about: {} };
}

export const moip = defineProvider<typeof moipSettings>({
  id: 'moip',
  aliases: [],
  caption: 'Moip v1 (Brazil; ended in December 2022)',
  means: { kind: 'wallet', name: 'Moip' },
  ended: '2022-12-31',
  countries: ['BR'],
  currencies: ['BRL'],
  capabilities: {
    manualCapture: false,
    signedNotification: false,
    signedReturn: false,
  },
  settings: moipSettings,
  publishedSecrets: MOIP_PUBLISHED_SECRETS,
  proof: (_settings, channel) => ({
    ...unsignedProof(channel === 'return' ? ['o'] : ['id_transacao', 'cod_moip']),
    undecided: ['order'],
  }),
  signatures: moipSignatures,
  statuses: { TIPO: TIPOS },
  likelyCauses: [],
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  deferred: () => true,
  start: enviarInstrucao,

  async notification(request, _account, channel) {
    if (channel === 'notification') return readNasp(request);
    return { kind: 'hint', order: new URLSearchParams(readable(request.query)).get('o'), about: {} };
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    { where: 'Meus Dados > Preferências > Notificação das transações (NASP)', value: callback },
  ],

  queryStatus: consultarInstrucao,
});
