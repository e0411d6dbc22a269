/** The one stylesheet of the pages for shoppers. Its colours are measured: all text has a contrast of 4.5 to 1 or more. */
import { accentOf } from './contrast.ts';

/** The colours of each scheme; the accent may be the shop's. */
const LIGHT =
  '--paper:#f7f6f2;--surface:#fff;--ink:#17201b;--muted:#56615a;--line:#d9ded8;--soft:#eceeeb;--warn:#8a3f0a;--warnsoft:#fbeedd';
const DARK =
  '--paper:#0f1412;--surface:#171d1a;--ink:#eef2ee;--muted:#a9b5ad;--line:#323c36;--soft:#242c28;--warn:#fcd34d;--warnsoft:#33290f';

const STYLE = `
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:440px;min-height:100vh;margin:0 auto;padding:24px;background:var(--surface)}
header,.hint,footer{color:var(--muted);font-size:13px}
header{display:flex;align-items:center;gap:12px;color:var(--ink);font-size:17px;font-weight:600;padding-bottom:16px;border-bottom:1px solid var(--line)}
header img{max-width:120px;max-height:40px}
h1{display:flex;gap:8px;align-items:flex-start;font-size:21px;line-height:1.3;margin:24px 0 8px}
h1.amount{margin:0;font-size:34px}
.label{margin:24px 0 0;color:var(--muted);font-size:13px}
p{margin:8px 0}
.facts{margin:16px 0 8px;padding:8px 16px;border:1px solid var(--line);border-radius:6px}.facts p{margin:4px 0}.sum{font-size:21px;font-weight:600}
code{font:13px ui-monospace,monospace}
table{width:100%;border-collapse:collapse;margin:16px 0}
td{padding:8px 0;border-top:1px solid var(--line);vertical-align:top;text-align:left}td+td{text-align:right;padding-left:16px;white-space:nowrap}
.test,.note{margin:16px 0 0;padding:8px 12px;border-radius:6px;background:var(--warnsoft);color:var(--warn);font-weight:600;font-size:13px}
.note{background:var(--soft);color:var(--ink);font-size:15px}.note b{display:flex;gap:8px}.note p{font-weight:400}
fieldset{min-width:0;margin:24px 0 0;padding:0;border:0}legend{padding:0;font-weight:600}
button,.button{display:flex;align-items:center;gap:12px;width:100%;min-height:44px;padding:10px 16px;border:1px solid var(--accent);border-radius:6px;font:inherit;text-align:left;text-decoration:none;cursor:pointer;color:var(--on);background:var(--accent);justify-content:center;font-weight:600;margin:16px 0 0}
.row,.quiet{background:var(--surface);color:var(--ink);border-color:var(--line);margin:8px 0 0}
.row{justify-content:flex-start;font-weight:400}.row span{flex:1;min-width:0}.row b,.row small{display:block}.row small{color:var(--muted);font-size:13px}.row svg{color:var(--accent)}
.quiet{font-weight:600;color:var(--accent)}
.row:hover,.quiet:hover{border-color:var(--accent)}
input{display:block;width:100%;min-height:44px;padding:8px 12px;font:inherit;color:var(--ink);background:var(--surface);border:1px solid var(--muted);border-radius:6px}
svg{flex:none;width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
h1 svg{width:28px;height:28px;color:var(--accent)}
footer{margin-top:32px;padding-top:16px;border-top:1px solid var(--line)}
footer p{margin:8px 0 0}footer>a{display:inline-flex;align-items:center;min-height:44px;font-size:15px}
a{color:var(--accent)}
summary{display:flex;align-items:center;min-height:44px;cursor:pointer}summary::before{content:"▾";margin-right:8px}
details ul{display:flex;flex-wrap:wrap;gap:0 16px;margin:0;padding:0;list-style:none}details a{display:inline-flex;align-items:center;min-height:44px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media(min-width:480px){main{min-height:0;margin:48px auto;border-radius:10px;box-shadow:0 1px 3px #0002,0 8px 24px #0001}}
@media print{main{box-shadow:none;margin:0;padding:0;min-height:0;max-width:none}footer details,footer>a,.close,.button,form{display:none}body,main{background:#fff;color:#000}}
`
  .trim()
  .replace(/\n/g, '');

/** Ours. */
const ACCENT = {
  light: { color: '#14532d', on: '#ffffff' },
  dark: { color: '#86efac', on: '#052e16' },
} as const;

/** By day or in the dark. */
export type Scheme = keyof typeof ACCENT;

/**
 * The stylesheet with a shop's colour, `#rrggbb`; null: ours.
 * @param only one scheme, whatever the browser prefers: for a preview. Left out: that of the browser.
 */
export function checkoutStyle(color: string | null, only?: Scheme): string {
  const scheme = (name: Scheme, base: string) => {
    const accent = color === null ? ACCENT[name] : accentOf(color, name);
    return `:root{${base};--accent:${accent.color};--on:${accent.on}}`;
  };
  const [light, dark] = [scheme('light', LIGHT), scheme('dark', DARK)];
  if (only !== undefined) return `:root{color-scheme:${only}}${only === 'light' ? light : dark}${STYLE}`;
  // What is printed is dark on white.
  const media = `@media screen and (prefers-color-scheme:dark){${dark}}`;
  return `:root{color-scheme:light dark}${light}${media}${STYLE}`;
}
