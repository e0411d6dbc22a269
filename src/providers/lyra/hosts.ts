/** Where each brand of Lyra's platform is (SHEET.md, "Hosts"). Test and production share the host. */

/** By brand: the origin of the form's page, and that of the REST API; null: not known. */
export const LYRA_HOSTS = {
  systempay: { form: 'https://paiement.systempay.fr', rest: 'https://api.systempay.fr' },
  payzen: { form: 'https://secure.payzen.eu', rest: 'https://api.payzen.eu' },
  'payzen-lat': { form: 'https://secure.payzen.lat', rest: 'https://api.payzen.lat' },
  'payzen-br': { form: 'https://secure.payzen.com.br', rest: 'https://api.payzen.com.br' },
  'payzen-in': { form: 'https://secure.payzen.co.in', rest: 'https://secure.payzen.co.in' },
  sogecommerce: {
    form: 'https://sogecommerce.societegenerale.eu',
    rest: 'https://api-sogecommerce.societegenerale.eu',
  },
  clicandpay: { form: 'https://clicandpay.groupecdn.fr', rest: 'https://api-clicandpay.groupecdn.fr' },
  scellius: {
    form: 'https://scelliuspaiement.labanquepostale.fr',
    rest: 'https://api.scelliuspaiement.labanquepostale.fr',
  },
  'lyra-collect': { form: 'https://secure.lyra.com', rest: 'https://api.lyra.com' },
  micuentaweb: { form: 'https://secure.micuentaweb.pe', rest: 'https://api.micuentaweb.pe' },
  epaync: { form: 'https://epaync.nc', rest: 'https://epaync.nc' },
  osb: { form: 'https://secure.osb.pf', rest: null },
  payty: { form: 'https://secure.payty.com', rest: 'https://api.payty.com' },
  cobroinmediato: { form: 'https://secure.cobroinmediato.tech', rest: 'https://api.cobroinmediato.tech' },
  innopay: { form: 'https://secure.innopay.ch', rest: null },
  bnpp: { form: 'https://e-paiement-securite-bici.com', rest: null },
} as const satisfies Readonly<Record<string, { readonly form: string; readonly rest: string | null }>>;

export type LyraBrand = keyof typeof LYRA_HOSTS;
