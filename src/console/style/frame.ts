/** The frame of every page: navigation on the left, above it under 800 px; a narrow page for who is not signed in. */
export const FRAME = `
.skip { position: absolute; left: 8px; top: -60px; padding: 12px; background: var(--surface); z-index: 3; }
.skip:focus { top: 8px; }
.frame { display: grid; grid-template-columns: 224px minmax(0, 1fr); min-height: 100vh; }
.side { padding: 16px 12px; border-right: 1px solid var(--line); background: var(--surface); position: sticky; top: 0; height: 100vh; overflow-y: auto; display: flex; flex-direction: column; gap: 16px; }
.brand { font-weight: 700; color: var(--ink); text-decoration: none; padding: 8px 12px; }
.nav { list-style: none; margin: 0; padding: 0; }
.nav a { display: flex; align-items: center; gap: 8px; min-height: 44px; padding: 4px 12px; border-radius: 6px; color: var(--ink); text-decoration: none; }
.nav a:hover { background: var(--soft-none); }
.nav a[aria-current] { background: var(--soft-ok); color: var(--ok); font-weight: 600; }
.count { margin-left: auto; min-width: 24px; padding: 0 8px; text-align: center; border-radius: 12px; background: var(--soft-bad); color: var(--bad); font-size: 13px; font-weight: 600; }
.side-foot { margin-top: auto; border-top: 1px solid var(--line); padding-top: 8px; }
.who { padding: 4px 12px; font-size: 13px; color: var(--muted); }
.bar { display: none; }
.top { display: flex; padding: 12px 32px; border-bottom: 1px solid var(--line); background: var(--surface); }
search { width: 100%; }
.search { display: flex; gap: 8px; width: 100%; max-width: 560px; }
.search input { flex: 1; min-width: 0; }
main { padding: 24px 32px 48px; display: grid; gap: 24px; max-width: 1180px; align-content: start; grid-template-columns: minmax(0, 1fr); }
.head { display: flex; flex-wrap: wrap; gap: 12px 24px; align-items: center; justify-content: space-between; }
.foot { padding: 0 32px 24px; color: var(--muted); font-size: 13px; }
.narrow { max-width: 440px; margin: 0 auto; padding: 48px 16px; display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
.narrow .brand { padding: 0; }
.link-button { border: 0; background: none; padding: 4px 12px; font: inherit; color: var(--ink); min-height: 44px; text-align: left; cursor: pointer; border-radius: 6px; width: 100%; }
.link-button:hover { background: var(--soft-none); }
@media (max-width: 799px) {
  .frame { display: block; }
  .side { display: none; }
  .bar { display: block; border-bottom: 1px solid var(--line); background: var(--surface); }
  .bar summary { display: flex; align-items: center; justify-content: space-between; gap: 12px; min-height: 52px; padding: 4px 16px; cursor: pointer; list-style: none; font-weight: 600; }
  .bar summary::-webkit-details-marker { display: none; }
  .bar-sign { border: 1px solid var(--field); border-radius: 6px; padding: 4px 12px; }
  .bar nav { padding: 0 8px 8px; }
  .top { padding: 12px 16px; } main { padding: 16px 16px 32px; } .foot { padding: 0 16px 24px; }
  h1 { font-size: 21px; } h2 { font-size: 17px; }
}
@media print { .side, .bar, .top, .actions, .copy, .skip { display: none !important; } .frame { display: block; } main { padding: 0; max-width: none; } body { background: #fff; color: #000; } }
`;
