/** The settings of a PayFiP account. It has no key: nothing is signed. */
import * as v from 'valibot';
import { called, pattern, shown, text } from '../kit/settings.ts';

/** The page of the URL form; the one of the web service stands beside it. */
export const PAYFIP_PAGE = 'https://www.payfip.gouv.fr/tpa/paiement.web';

export const tipiSettings = v.object({
  mode: v.optional(
    v.pipe(
      v.picklist(['webservice', 'url']),
      shown({
        title: 'Way of paying',
        description: 'The web service; the URL form has no proof of payment.',
      }),
    ),
    'webservice',
  ),
  numcli: v.pipe(
    pattern(/^\d{6}$/, 'has 6 digits, leading zeros included'),
    shown({ title: 'Client number', description: 'Given by the DGFiP.' }),
  ),
  saisie: v.optional(
    v.pipe(
      v.picklist(['T', 'X', 'W', 'A', 'M']),
      shown({
        title: 'Kind of entry',
        description: 'T test, X activation, W production by web service; A or M production by URL form.',
      }),
    ),
    'T',
  ),
  service_url: v.optional(
    v.pipe(text(10, 200), v.url('is not an address'), shown({ title: 'Address of the URL form' })),
    PAYFIP_PAGE,
  ),
  ws_url: v.optional(
    v.pipe(text(10, 200), v.url('is not an address'), called({ title: 'Address of the web service' })),
    'https://www.payfip.gouv.fr/tpa/services/securite',
  ),
  trust_unsigned_notification: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Trust unsigned results (old name)',
        description:
          'The name that the account’s trustUnprovenNotifications had here; it is still read. WARNING: anybody who knows an address can then mark a debt as paid.',
      }),
    ),
    false,
  ),
});

export type TipiSettings = v.InferOutput<typeof tipiSettings>;
