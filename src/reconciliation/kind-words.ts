/**
 * The words by which files of unknown kinds call their lines: English, French, German, Polish, Portuguese, Danish and Russian, the last also in
 * Latin letters. Each pattern is of one word in lower case, without accents (`bareWords` in kinds.ts).
 */

/** How something was paid. The credit of a credit card is none to the shopper, and its transfer is no payout. */
export const MEANS: readonly RegExp[] = [
  /(?:credit|debit)[ -]?(?:cards?|transfers?)/g,
  /cartes? (?:bancaires? )?(?:(?:de|a) )?(?:credit|debit)/g,
  /(?:kredit|debet|bank)kart\p{L}*|kart\p{L}* (?:kredytow|debetow|platnicz)\p{L}*/gu,
  /cartao (?:de )?(?:credito|debito)|(?:кредитн|дебетов|банковск)\p{L}* карт\p{L}*/gu,
  /direct[ -]debit|sepa/g,
  /\b(?:by|per|par|por|via|mit|ved) (?:bank ?|wire )?(?:transfer|virement|uberweisung|transferencia|overforsel)|przelew\p{L}*/gu,
  /\b(?:visa|mastercard|maestro|amex|american express|dankort|paypal|blik|mobilepay|pix|boleto|giropay|ideal|bancontact|twint)\b/g,
  /\b(?:credit|debit)? ?cards?\b|\bcartes?\b|\bkart[aey]\b|\bkarten?\b|\bcartao\b/g,
];

/** Several words that mean one. */
export const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/charge[ds]?[ -]?back/g, 'chargeback'],
  [/obciazeni\p{L}* zwrotn\p{L}*/gu, 'chargeback'],
  [
    /\ben cours\b|\bin progress\b|\bon hold\b|\bw (?:toku|trakcie)\b|\bem (?:andamento|analise)\b/g,
    'pending',
  ],
  [
    /(?<!\p{L})(?:in bearbeitung|under behandling|в (?:обработке|процессе)|v (?:obrabotke|protsesse))(?!\p{L})/gu,
    'pending',
  ],
  [/\bpay(?:ed)? out\b/g, 'payout'],
  [/\btimed? out\b/g, 'timeout'],
];

/** No money of ours moves: it was refused, has not been done yet, or is the provider's own. */
export const NOTHING = new RegExp(
  [
    // Refused and failed.
    '^(?:declin|reject|refus|fail|unsuccess|uncaptur|unsettl|erron?e?|abort|abandon|expir|invalid|block)',
    '^(?:denied|deny|denial|timeout|unpaid|not|never|no|incomplete|cancell?ed|canceling)$',
    '^(?:rejet|echou|echec|annule[es]*$|invalide|perime)|^(?:non|pas)$',
    '^(?:abgelehn|ablehn|fehl|gescheit|erfolglos|abgebroch|abbruch|verweiger|zuruckgewies|abgelaufen|ungultig|unbezahl)',
    '^(?:stornier(?:t|te|ter|tes)|nicht|kein|keine)$|^nicht',
    '^(?:odrzuc|odmow|odmaw|nieudan|niepowodz|nieoplac|niezreal|niezaplac|blad|bled|wygas|przetermin|przerw)',
    '^(?:anulowan[aeyo]|anulowano|nie)$',
    '^(?:recus|rejeit|negad|falh|cancelad|expirad|nao$)',
    '^(?:afvis|fejl|mislyk|annulleret|afbrud|udlob|udloeb|ikke$)',
    '^(?:отказ|отклон|ошибк|неуспеш|неудач|отменен|аннулир|просроч|не$)',
    '^(?:otkaz|otklon|oshibk|neuspesh|neudach|otmenen|prosroch|ne$)',
    // Not done yet.
    '^(?:pending|await|waiting|process(?:ing)?$|queue|schedul|initiat|request|submitted|new$|open$|created$|held$|hold$)',
    '^(?:attente|ausstehend|offen|wartet|wartend|schwebend|angefordert|beantragt|demande[es]*$)',
    '^(?:oczek|rozpocz|now[aeyi]$|zlecon)|^(?:pendent|aguard|solicitad)|^(?:afvent|venter|anmod)',
    '^(?:ожид|запрош|инициир)|^(?:ozhid|zaprosh)',
    // Fees and payouts.
    '^fees?$|^commissions?$|^payouts?$|^withdraw|^disburse',
    '^(?:frais|virements?|reversements?|versements?)$',
    'gebuh?e?hr|^(?:provision|entgelt)|(?<!vor)auszahl',
    '^(?:prowizj|wyplat)|^(?:taxas?|tarifas?|saques?|repasses?)$|^comiss',
    'gebyr|^udbetal|^(?:комисс|вывод|выплат)|^(?:komiss|vyplat)',
  ].join('|'),
  'u',
);

/** Money that goes back to the shopper. */
export const REFUNDS = new RegExp(
  [
    '^refund|^credit(?:s|ed)?$',
    '^rembours|^avoirs?$|^credit[es]*$',
    'ru?e?ckzahl|ru?e?ckerstat|^erstat|^teil(?:ru?e?ck)?erstat|ru?e?ckvergu|^gutschrift|^gutgeschrieb|^zuru?e?ck(?:ge)?(?:zahl|erstat)',
    '^zwrot|^zwroc|^zwrac',
    '^reembols|^estorn|^devol',
    '^refundering|^tilbagebetal|^krediter',
    '^(?:возврат|возвращ)|^(?:vozvrat|vozvrashch|vozvrasch)',
  ].join('|'),
  'u',
);

export const CHARGEBACKS =
  /^chargebacks?$|^impaye|^retrofactur|ru?e?cklast|ru?e?ckbelast|ru?e?ckbuch|^(?:чардж|chardzh)|^retur?debit/u;

/** Money that comes, and words that say that something was done: beside a refund, that it was done. */
export const PAYMENTS = new RegExp(
  [
    '^(?:payments?|paid|pay|sales?|sold|purchases?|captur|charged?$|charges$|debit|settled$|transactions?$|orders?$)',
    '^(?:complete|success|succeed|approv|accept|execut|clear|confirm|processed$|done$|booked$|received$|ok$|yes$)',
    '^(?:paiements?|payee?s?|encaiss|ventes?|achats?|reussi|accepte|valide[es]*$|effectue|regle[es]*$|captur)',
    '(?<!ru?e?ck|(?<!vor)aus)zahlung(?:en)?$|^(?:bezahl|gezahlt|verkauf|kauf|einkauf|erfolg|abgeschlossen|genehmigt|gebucht|eingezogen|belastung|lastschrift|umsatz)',
    '^(?:platnosc|zaplac|zaplat|wplat|oplacon|sprzedaz|zakup|wykonan|zrealiz|zakoncz|zaksieg|potwierdz|transakcj)',
    '^(?:pagament|pago|paga|pagos?|vendas?|compras?|aprovad|concluid|recebid|confirmad|transaca)',
    '^(?:betaling|betalt|kob|koeb|kobt|salg|haevet|haevning|gennemfort|gennemfoert|godkendt|transaktion)',
    '^(?:оплат|оплач|платеж|продаж|покупк|списан|успеш|подтвер|выполн|заверш|транзакц)',
    '^(?:oplachen|platezh|prodazh|pokupk|spisan|uspesh|podtver|vypoln|tranzakc|tranzakts)',
  ].join('|'),
  'u',
);

/** Words that say nothing of what a line is. */
export const PLAIN = new RegExp(
  `^(?:${[
    'a|an|the|of|to|on|in|at|for|from|by|via|with|and|or|per',
    'partial|partially|partly|full|fully|total|part|online|internet|web|shop|e|ecommerce|commerce|com|ds|secure|recurring|first|single|manual|automatic|auto',
    'customer|customers|client|clients|shopper|buyer|cardholder|merchant|money|amount|funds|bank|type|status|kind|operation|operations',
    'de|du|des|la|le|les|l|d|au|aux|sur|par|pour|et|en|partiel|partielle|totale|ligne|commande',
    'der|die|das|des|dem|den|an|auf|von|fur|fuer|mit|und|teil|teilweise|kunde|kunden|vollstandig|bestellung',
    'na|do|z|ze|za|dla|i|w|po|od|czesciowy|czesciowa|czesciowe|calkowity|pelny|srodkow|pieniedzy|klient|klienta|klientowi|zamowienie|zamowienia',
    'o|os|as|do|da|dos|das|ao|com|para|por|parcial|integral|cliente|pedido|valor',
    'til|af|pa|og|med|for|fra|delvis|fuld|kunde|kunden|ordre|belob|beloeb',
    'и|по|на|с|со|за|для|от|частичный|частичная|полный|полная|клиент|клиенту|средств|заказ|заказа|денег',
    'po|chastichnyi|chastichnyy|polnyi|polnyy|sredstv|zakaz|zakaza',
  ].join('|')})$`,
  'u',
);
