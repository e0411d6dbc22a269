/** Colours, type and what elements look like by themselves. All text is AA or better on what it stands on, in both themes. */
export const TOKENS = `
:root {
  color-scheme: light dark;
  --paper: #f7f6f2; --surface: #ffffff; --ink: #17201b; --muted: #56615a; --line: #d9ded8; --field: #7d8a82;
  --accent: #14532d; --on-accent: #ffffff; --focus: #1d4fbf;
  --ok: #166534; --warn: #8a3f0a; --bad: #b01c1c; --info: #1d4fbf;
  --soft-ok: #e3f1e7; --soft-warn: #fbeedd; --soft-bad: #fbe4e4; --soft-info: #e4ecfb; --soft-none: #eceeeb;
  --shadow: 0 1px 3px rgb(23 32 27 / 12%);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1412; --surface: #171d1a; --ink: #eef2ee; --muted: #a9b5ad; --line: #323c36; --field: #7d8a82;
    --accent: #86efac; --on-accent: #052e16; --focus: #9cc2ff;
    --ok: #86efac; --warn: #fcd34d; --bad: #fca5a5; --info: #9cc2ff;
    --soft-ok: #1d2f25; --soft-warn: #302a1b; --soft-bad: #322322; --soft-info: #212b36; --soft-none: #252c28;
    --shadow: 0 1px 3px rgb(0 0 0 / 50%);
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.2; margin: 0; }
h1 { font-size: 28px; } h2 { font-size: 21px; } h3 { font-size: 17px; }
p { margin: 0; } ul, ol { margin: 0; padding-left: 24px; }
a { color: var(--accent); text-underline-offset: 2px; }
code, pre { font-family: var(--mono); font-size: 13px; }
pre { margin: 0; padding: 12px; overflow-x: auto; background: var(--soft-none); border-radius: 6px; }
small, .small { font-size: 13px; } .muted { color: var(--muted); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
[hidden] { display: none !important; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
