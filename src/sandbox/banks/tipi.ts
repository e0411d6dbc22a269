/** A simulated PayFiP: the web service with its faults, the page, and the URL form. */
import {
  type ApiCall,
  type Bank,
  BankError,
  type Decision,
  type Memory,
  requiredField,
} from '../kit/bank.ts';
import { addressedOf } from '../kit/receive.ts';

const RESULT: Partial<Record<Decision, string>> = { pay: 'P', decline: 'R', cancel: 'A' };

function soap(inner: string, status = 200): Response {
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>${inner}</S:Body></S:Envelope>`,
    { status, headers: { 'content-type': 'text/xml; charset=utf-8' } },
  );
}

function fault(code: string, libelle: string): Response {
  return soap(
    `<S:Fault><faultcode>S:Server</faultcode><detail><ns1:FonctionnelleErreur xmlns:ns1="x"><code>${code}</code><descriptif></descriptif><libelle>${libelle}</libelle><severite>2</severite></ns1:FonctionnelleErreur></detail></S:Fault>`,
    500,
  );
}

function element(body: string, name: string): string {
  const [, value = ''] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body) ?? [];
  return value
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

const FIELDS = ['exer', 'mel', 'montant', 'numcli', 'objet', 'refdet', 'saisie', 'urlnotif', 'urlredirect'];

/** What creerPaiementSecurise checks, in this order, and the fault of each. */
const CHECKS: readonly (readonly [name: string, form: RegExp, code: string])[] = [
  ['refdet', /^[A-Za-z0-9]{6,30}$/, 'R3'],
  ['montant', /^\d{3,7}$/, 'M3'],
  ['mel', /^.+@.+$/, 'A2'],
  ['saisie', /^[TXW]$/, 'S1'],
  ['objet', /^[A-Za-z0-9 ]{0,100}$/, '999'],
  ['exer', /^\d{4}$/, '999'],
  ['urlnotif', /^https?:.{1,245}$/, 'N1'],
  ['urlredirect', /^https?:.{1,245}$/, 'D1'],
];

/** creerPaiementSecurise. */
async function create(call: ApiCall, known: boolean, memory: Memory): Promise<Response> {
  const values = Object.fromEntries(FIELDS.map((name) => [name, element(call.body, name)]));
  if (!known) return fault('T2', 'NUMCLI inconnu');
  for (const [name, form, code] of CHECKS) {
    if (!form.test(values[name] ?? ''))
      return fault(code, `Le format du paramètre ${name.toUpperCase()} n'est pas conforme`);
  }
  const idOp = crypto.randomUUID();
  await memory.put(`tipi/${idOp}`, JSON.stringify(values));
  return soap(
    `<ns2:creerPaiementSecuriseResponse xmlns:ns2="x"><return><idOp>${idOp}</idOp></return></ns2:creerPaiementSecuriseResponse>`,
  );
}

/** recupererDetailPaiementSecurise. */
async function detail(idOp: string, memory: Memory): Promise<Response> {
  const text = await memory.get(`tipi/${idOp}`);
  if (!text) return fault('P1', 'IdOp incorrect.');
  const { resultrans, urlnotif: _n, urlredirect: _r, ...values } = JSON.parse(text) as Record<string, string>;
  if (!resultrans) return fault('P5', 'Résultat de la transaction non connu.');
  const members = {
    dattrans: '21112026',
    heurtrans: '1012',
    idOp,
    ...values,
    numauto: '123456',
    resultrans,
    exer: values.exer?.slice(2) ?? '',
  };
  const inner = Object.entries(members)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
  return soap(
    `<ns2:recupererDetailPaiementSecuriseResponse xmlns:ns2="x"><return>${inner}</return></ns2:recupererDetailPaiementSecuriseResponse>`,
  );
}

function shown(values: Readonly<Record<string, string>>) {
  return [
    ['Client', values.numcli ?? ''],
    ['Reference', values.refdet ?? ''],
    ['Object', values.objet ?? ''],
  ] as const;
}

export const tipiBank: Bank = {
  providers: ['tipi'],
  caption: 'PayFiP',
  pages: [
    { method: 'GET', path: '/tpa/paiementws.web' },
    { method: 'GET', path: '/tpa/paiement.web' },
  ],
  decisions: ['pay', 'decline', 'cancel'],
  api: [{ method: 'POST', path: '/tpa/services/securite' }],

  async answer(call, merchants, memory) {
    const known = merchants.some(({ settings }) => settings.numcli === element(call.body, 'numcli'));
    if (call.headers.get('soapaction') !== '""') return new Response('no SOAPAction', { status: 400 });
    return call.body.includes(':creerPaiementSecurise>')
      ? create(call, known, memory)
      : detail(element(call.body, 'idOp'), memory);
  },

  async receive({ path, query }, merchants, memory) {
    const parameters = new Map(new URLSearchParams(query));
    const merchantOf = (numcli: string, mode: string, address: string) => {
      const ofClient = merchants.filter(
        ({ settings }) => settings.numcli === numcli && settings.mode === mode,
      );
      const found = addressedOf(ofClient, address);
      if (!found) throw new BankError('numcli', `T2: unknown client ${numcli}`);
      return found;
    };
    if (path.endsWith('/paiement.web')) {
      const merchant = merchantOf(requiredField(parameters, 'numcli'), 'url', query);
      const montant = requiredField(parameters, 'montant');
      if (!/^[1-9]\d{0,5}$/.test(montant)) throw new BankError('montant', 'M1');
      if (!/@/.test(requiredField(parameters, 'mel'))) throw new BankError('mel', 'A2');
      const values = Object.fromEntries(parameters);
      return {
        account: merchant.account,
        order: requiredField(parameters, 'refdet'),
        amount: Number(montant),
        currency: 'EUR',
        manual: false,
        shown: shown(values),
        data: values,
      };
    }
    const idOp = requiredField(parameters, 'idop');
    const text = await memory.get(`tipi/${idOp}`);
    if (!text) throw new BankError('idop', 'P1: unknown');
    const values = JSON.parse(text) as Record<string, string>;
    if (values.used) throw new BankError('idop', 'P3: used before');
    await memory.put(`tipi/${idOp}`, JSON.stringify({ ...values, used: 'yes' }));
    return {
      account: merchantOf(values.numcli ?? '', 'webservice', text).account,
      order: values.refdet ?? '',
      amount: Number(values.montant),
      currency: 'EUR',
      manual: false,
      shown: shown(values),
      data: { ...values, idOp },
    };
  },

  async decide(order, _merchant, decision, memory) {
    const { idOp } = order.data;
    const resultrans = RESULT[decision];
    const text = idOp && (await memory.get(`tipi/${idOp}`));
    if (!text || !resultrans) return;
    const values = JSON.parse(text) as Record<string, string>;
    // An idop that has been paid takes no other result.
    if (values.resultrans === 'P') return;
    await memory.put(
      `tipi/${idOp}`,
      JSON.stringify({ ...values, montant: String(order.amount), resultrans }),
    );
  },

  notification(order, merchant, decision, spoiling) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    if (order.data.idOp) {
      const idop =
        spoiling === 'none' || spoiling === 'wrong-charset' ? order.data.idOp : 'another-idop-0000';
      return { method: 'POST', url: order.data.urlnotif ?? merchant.callback, headers, body: `idop=${idop}` };
    }
    const { urlcl = merchant.callback, ...values } = order.data;
    const result = { ...values, montant: String(order.amount), resultrans: RESULT[decision] ?? '' };
    return { method: 'POST', url: urlcl, headers, body: new URLSearchParams(result).toString() };
  },

  back(order, merchant) {
    return order.data.idOp
      ? `${order.data.urlredirect}&idop=${order.data.idOp}`
      : (order.data.urlcl ?? merchant.callback);
  },
};
