/** How a payment's status moves, as a picture: an inline SVG in the colours of the page. */

/** A box: a status, its place, and whose colour it has. */
interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly tone: 'none' | 'info' | 'ok' | 'bad' | 'warn';
}

const WIDTH = 138;
/** The longest name is in the last column. */
const WIDE = 180;
const LAST = 730;

const widthAt = (x: number) => (x === LAST ? WIDE : WIDTH);
const HEIGHT = 40;

const BOXES: readonly Box[] = [
  { name: 'created', x: 10, y: 130, tone: 'none' },
  { name: 'forwarded', x: 190, y: 130, tone: 'info' },
  { name: 'pending', x: 370, y: 60, tone: 'info' },
  { name: 'authorized', x: 370, y: 130, tone: 'info' },
  { name: 'partially_paid', x: 370, y: 200, tone: 'warn' },
  { name: 'paid', x: 550, y: 130, tone: 'ok' },
  { name: 'partially_refunded', x: 730, y: 60, tone: 'warn' },
  { name: 'refunded', x: 730, y: 130, tone: 'none' },
  { name: 'charged_back', x: 730, y: 200, tone: 'bad' },
  { name: 'denied', x: 100, y: 300, tone: 'bad' },
  { name: 'cancelled', x: 260, y: 300, tone: 'none' },
  { name: 'expired', x: 420, y: 300, tone: 'none' },
  { name: 'error', x: 580, y: 300, tone: 'bad' },
];

const ARROWS: readonly string[] = [
  'M148 150H186',
  'M328 142C350 130 350 92 366 84',
  'M328 150H366',
  'M328 158C350 170 350 210 366 218',
  'M508 80C530 84 530 130 546 140',
  'M508 150H546',
  'M508 220C530 214 530 170 546 160',
  'M688 142C710 130 710 92 726 84',
  'M688 150H726',
  'M688 158C710 170 710 210 726 218',
  'M820 100V126',
  // Into the frame of those without money, and out of it when money comes after all.
  'M250 170V262',
  'M640 262V174',
];

/** The picture with a sentence for those who do not see it. */
export function statusPicture(): string {
  const boxes = BOXES.map(
    ({ name, x, y, tone }) =>
      `<g class="box ${tone}"><rect x="${x}" y="${y}" width="${widthAt(x)}" height="${HEIGHT}" rx="6"/><text x="${x + widthAt(x) / 2}" y="${y + 25}">${name}</text></g>`,
  ).join('');
  const arrows = ARROWS.map((path) => `<path d="${path}" marker-end="url(#head)"/>`).join('');
  return `<figure class="picture" tabindex="0"><svg viewBox="0 44 920 316" role="img" aria-labelledby="status-title status-words"><title id="status-title">How a status moves</title><desc id="status-words">created leads to forwarded. forwarded leads to pending, authorized, partially paid or paid, or to one of those without money: denied, cancelled, expired, error. Each of them leads to paid when money comes. paid leads to partially refunded, refunded or charged back.</desc><defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M1 1L9 5L1 9"/></marker></defs><rect class="frame" x="80" y="266" width="660" height="88" rx="10"/><text class="note" x="92" y="286">without money: the shopper may try again</text><text class="note" x="650" y="256">money comes late</text>${arrows}${boxes}</svg><figcaption>How a status moves. Money that has come is never lost: paid wins over every status without money, whenever it comes.</figcaption></figure>`;
}
