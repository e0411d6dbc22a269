/**
 * What a signed form tells of the card and of a decline. None of its names are signed, so it is read from the places of the signed
 * text alone (reading.ts): by whatever names the values come, one text tells one thing. Where the places leave a choice, nothing is
 * told. Order of the names: docs.lyra.com/en-EN/collect/form-payment/standard-payment/payment-method-details.html.
 */
import type { ProviderUpdate } from '../contract.ts';
import { expiryOf, withCard } from '../kit/card.ts';
import { AMOUNT_ASKED, CURRENCY, EFFECTIVE_CURRENCY, firstOf, type IpnValues, textsOf } from './reading.ts';

/** vads_card_brand, as the vendor's plug-ins list the means of payment. Sandbox ones end in `_SB`. */
const BRANDS: ReadonlySet<string> = new Set(
  `
  AMEX BANCONTACT CABAL CARNET CB COFINOGA CORA CORA_BLANCHE CORA_PREM CORA_VISA DINERS DISCOVER E-CARTEBLEUE ECCARD ELO HIPER
  HIPERCARD JCB MAESTRO MASTERCARD MC_CORDOBESA NARANJA POSTFINANCE SOROCRED UNION_PAY VISA VISA_ELECTRON VPAY
  ACCORD_STORE ALINEA_CDX ALIPAY ALLOBEBE_CDX APETIZ AUCHAN AURORE-MULTI BIZZBEE_CDX BOULANGER BRICE_CDX BUT CA_DO_CARTE CHQ_DEJ
  CONECS CONFORAMA CVCO E_CV EDENRED EDENRED_EC EDENRED_SC EDENRED_TC EDENRED_TR EPNF_3X EPNF_4X FRANFINANCE_3X FRANFINANCE_4X
  FULLCB3X FULLCB4X GEMO_CDX GIROPAY GOOGLEPAY IDEAL ILLICADO JOUECLUB_CDX JULES_CDX KLARNA LECLERC MULTIBANCO MYBANK NORAUTO
  ONEY ONEY_3X_4X ONEY_ENSEIGNE ONEY_SANDBOX PAYDIREKT PAYLIB PAYPAL PICWIC POSTFINANCE_EFIN PRESTO PRZELEWY24 S-MONEY SCT SDD
  SODEXO SOFORT_BANKING TRUFFAUT_CDX WECHAT
  `
    .trim()
    .split(/\s+/),
);

/** vads_card_number of a card: masked, with its last four digits. */
const CARD_NUMBER = /^\d{0,8}[X*]{3,15}\d{4}$/;

/** vads_archival_reference, which may stand between the amount and the answer of the issuer. */
const ARCHIVAL_REFERENCE = /^[A-Za-z0-9]{12}$/;

/** vads_expected_capture_date, which may stand in front of the expiry. */
const CAPTURE_DATE = /^20\d{12}$/;

/** The one text among these that is so; null where there is none, or more than one. */
function onlyOne(texts: readonly string[], isSo: (text: string) => boolean): string | null {
  const found = new Set(texts.filter(isSo));
  const [first = null] = found;
  return found.size === 1 ? first : null;
}

/** vads_auth_result: it stands third after the amount, behind vads_auth_mode and vads_auth_number. Empty: not there. */
function authResultIn(bank: readonly string[]): string {
  const start = ARCHIVAL_REFERENCE.test(bank[0] ?? '') ? 1 : 0;
  const [mode = '', number = '', result = ''] = bank.slice(start);
  const isAnswer = /^(?:MARK|FULL)$/.test(mode) && /^\w{0,20}$/.test(number) && /^\w{1,11}$/.test(result);
  return isAnswer ? result : '';
}

/** vads_expiry_month and _year, which stand behind the effective currency. */
function expiryIn(texts: readonly string[]): string | null {
  const at = firstOf(texts, EFFECTIVE_CURRENCY);
  if (at < 0) return null;
  const next = at + EFFECTIVE_CURRENCY.length;
  const [month, year] = texts.slice(CAPTURE_DATE.test(texts[next] ?? '') ? next + 1 : next);
  return expiryOf(year, month);
}

/**
 * The issuer's answer, and the card. What the bank tells of both stands between the amount and the currency, where no text of ours
 * is; the shopper types the holder's name there, at the gateway, and so a brand or a number that comes twice is none.
 */
export function toldOf(values: IpnValues): {
  readonly authResult: string;
  readonly card?: ProviderUpdate['card'];
} {
  const texts = textsOf(values);
  const from = firstOf(texts, AMOUNT_ASKED) + AMOUNT_ASKED.length;
  const bank = texts.slice(from, Math.max(from, firstOf(texts, CURRENCY)));
  const brand = onlyOne(bank, (text) => BRANDS.has(text.replace(/_SB$/, '')));
  const number = brand === null ? null : onlyOne(bank, (text) => CARD_NUMBER.test(text));
  return {
    authResult: authResultIn(bank),
    // Who bears a fraud has a word that stands in other places too: shops would ship on it.
    ...(brand !== null && withCard({ brand, number, expiry: number === null ? null : expiryIn(texts) })),
  };
}
