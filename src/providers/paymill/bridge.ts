/**
 * The card page: a form of ours with PAYMILL's bridge in it, which gives the card to PAYMILL and us a token. Facts: PAYMILL's
 * guide "Bridge"; SHEET.md.
 */
import type { StartRequest } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { fullName } from '../kit/text.ts';
import type { PaymillSettings } from './settings.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Text for HTML, between tags or in a quoted attribute. */
function html(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * The card's inputs have no `name`: their values never reach our server, with or without the script. What it says stands in the page, where
 * it is in the shopper's language. Errors of the bridge that begin with `field_` are about what was typed.
 */
const SCRIPT = `
addEventListener('DOMContentLoaded', function () {
  var form = document.forms[0], note = document.getElementById('note');
  // Without a script there is nothing that it could send.
  form.querySelector('button').disabled = false;
  var say = function (id) { note.textContent = document.getElementById(id).textContent; };
  form.addEventListener('submit', function (event) {
    if (form.paymill_token.value) return;
    event.preventDefault();
    if (typeof paymill === 'undefined') return say('missing');
    var value = function (id) { return document.getElementById(id).value; };
    paymill.createToken({
      number: value('number'), exp_month: value('month'), exp_year: value('year'), cvc: value('cvc'), cardholder: value('holder'),
      amount_int: form.dataset.amount, currency: form.dataset.currency
    }, function (error, result) {
      if (error) return say(/^field_/.test(error.apierror) ? 'wrong' : 'failed');
      form.paymill_token.value = result.token;
      HTMLFormElement.prototype.submit.call(form);
    });
  });
});`;

/** A text that our checkout words in the shopper's language, in English for a shop that shows the page itself. */
function said(tag: string, name: string, english: string, more = ''): string {
  return `<${tag} data-text="${name}"${more}>${english}</${tag}>`;
}

/** An input of the card. */
function field(id: string, label: string, complete: string, more = 'inputmode="numeric"'): string {
  return `<p><label for="${id}">${label}</label><input id="${id}" autocomplete="${complete}" ${more} required></p>`;
}

/** Something that the script may say. */
function note(id: string, first: string): string {
  return `<p id="${id}" hidden>${first} ${said('span', 'nothing', 'Nothing was charged.')}</p>`;
}

const NOTES = [
  note('missing', `${said('span', 'noAnswer', 'The bank does not answer')}.`),
  note('wrong', said('span', 'cardWrong', 'The card details were not correct.')),
  note('failed', `${said('span', 'later', 'Please try again in a moment')}.`),
].join('');

const CARD_FIELDS = [
  field('number', said('span', 'cardNumber', 'Card number'), 'cc-number'),
  field('month', said('span', 'cardMonth', 'Month of expiry'), 'cc-exp-month'),
  field('year', said('span', 'cardYear', 'Year of expiry'), 'cc-exp-year'),
  field('cvc', said('span', 'cardCode', 'Security code'), 'cc-csc'),
].join('');

/** The page, which posts the token to our return address. */
export function paymillPage({ payment, account, order, urls }: StartRequest<PaymillSettings>): string {
  const bridge = atOrigin('https://bridge.paymill.com/', account.endpoints.page);
  // The simulated bridge shares its host with other pages.
  const source = account.endpoints.page ? `${bridge}?paymill-bridge` : bridge;
  const key = JSON.stringify(account.settings.public_key).replace(/</g, '\\u003c');
  const holder = field(
    'holder',
    said('span', 'cardHolder', 'Name on the card'),
    'cc-name',
    `value="${html(fullName(payment) ?? '')}"`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>Pay by card</title><script>var PAYMILL_PUBLIC_KEY = ${key};</script><script src="${html(source)}"></script><script>${SCRIPT}</script></head><body><section>${said('h2', 'card', 'Card')}<p id="note" role="status"></p><form method="post" action="${html(`${urls.back}?o=${order}`)}" data-amount="${payment.amount}" data-currency="${payment.currency}">${CARD_FIELDS}${holder}<input type="hidden" name="paymill_token" value=""><input type="hidden" name="order" value="${html(order)}"><input type="hidden" name="amount" value="${payment.amount}"><input type="hidden" name="currency" value="${payment.currency}"><input type="hidden" name="capture" value="${payment.capture ?? 'automatic'}"><input type="hidden" name="public_key" value="${html(account.settings.public_key)}">${said('button', 'payNow', 'Pay', ' disabled')}</form>${NOTES}<noscript>${said('p', 'needsScript', 'Paying by card needs JavaScript.')}</noscript></section></body></html>`;
}
