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

/** The card's inputs have no `name`: their values never reach our server, with or without the script. */
const SCRIPT = `
addEventListener('DOMContentLoaded', function () {
  var form = document.forms[0], note = document.getElementById('note');
  form.addEventListener('submit', function (event) {
    if (form.paymill_token.value) return;
    event.preventDefault();
    if (typeof paymill === 'undefined') { note.textContent = 'The card cannot be checked just now: a script of the bank is missing. Nothing was charged. Please load this page again.'; return; }
    var value = function (id) { return document.getElementById(id).value; };
    paymill.createToken({
      number: value('number'), exp_month: value('month'), exp_year: value('year'), cvc: value('cvc'), cardholder: value('holder'),
      amount_int: form.dataset.amount, currency: form.dataset.currency
    }, function (error, result) {
      if (error) { note.textContent = 'The card was not accepted (' + error.apierror + '). Nothing was charged.'; return; }
      form.paymill_token.value = result.token;
      HTMLFormElement.prototype.submit.call(form);
    });
  });
});`;

/** An input of the card. */
function field(id: string, label: string, complete: string): string {
  return `<p><label for="${id}">${label}</label><br><input id="${id}" autocomplete="${complete}" required></p>`;
}

/** The page, which posts the token to our return address. */
export function paymillPage({ payment, account, order, urls }: StartRequest<PaymillSettings>): string {
  const bridge = atOrigin('https://bridge.paymill.com/', account.endpoints.page);
  // The simulated bridge shares its host with other pages.
  const source = account.endpoints.page ? `${bridge}?paymill-bridge` : bridge;
  const key = JSON.stringify(account.settings.public_key).replace(/</g, '\\u003c');
  const holder = field('holder', 'Name on the card', 'cc-name').replace(
    'required',
    `value="${html(fullName(payment) ?? '')}" required`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>Pay by card</title><script>var PAYMILL_PUBLIC_KEY = ${key};</script><script src="${html(source)}"></script><script>${SCRIPT}</script></head><body><main><h1>Pay by card</h1><p id="note" role="status"></p><form method="post" action="${html(`${urls.back}?o=${order}`)}" data-amount="${payment.amount}" data-currency="${payment.currency}">${field('number', 'Card number', 'cc-number')}${field('month', 'Month of expiry', 'cc-exp-month')}${field('year', 'Year of expiry', 'cc-exp-year')}${field('cvc', 'Security code', 'cc-csc')}${holder}<input type="hidden" name="paymill_token" value=""><input type="hidden" name="order" value="${html(order)}"><input type="hidden" name="amount" value="${payment.amount}"><input type="hidden" name="currency" value="${payment.currency}"><input type="hidden" name="capture" value="${payment.capture ?? 'automatic'}"><input type="hidden" name="public_key" value="${html(account.settings.public_key)}"><button>Pay</button></form><noscript><p>Paying by card needs scripts.</p></noscript></main></body></html>`;
}
