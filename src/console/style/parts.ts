/** The parts that pages are made of: cards, tables, pills, forms, notices. */
export const PARTS = `
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); padding: 24px; display: grid; gap: 16px; align-content: start; grid-template-columns: minmax(0, 1fr); }
.cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); }
.stack { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
.row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
.amount { white-space: nowrap; } .large { font-size: 34px; line-height: 1.2; font-weight: 600; }
.id { font-family: var(--mono); font-size: 13px; overflow-wrap: anywhere; }
.pill { display: inline-flex; align-items: center; gap: 6px; padding: 2px 10px; border-radius: 12px; font-size: 13px; font-weight: 600; white-space: nowrap; background: var(--soft-none); color: var(--ink); }
.pill::before { content: ""; flex: none; width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
.pill.ok, .notice.ok { background: var(--soft-ok); } .pill.ok { color: var(--ok); }
.pill.warn, .notice.warn { background: var(--soft-warn); } .pill.warn { color: var(--warn); } .pill.warn::before { border-radius: 0; transform: rotate(45deg); }
.pill.bad, .notice.bad { background: var(--soft-bad); } .pill.bad { color: var(--bad); } .pill.bad::before { border-radius: 0; }
.pill.info, .notice.info { background: var(--soft-info); } .pill.info { color: var(--info); }
.notice { border-left: 4px solid var(--field); border-radius: 6px; padding: 12px 16px; background: var(--soft-none); display: grid; gap: 8px; }
.notice.ok { border-color: var(--ok); } .notice.warn { border-color: var(--warn); } .notice.bad { border-color: var(--bad); } .notice.info { border-color: var(--info); }
.notice h2 { font-size: 17px; }
.bad-text { color: var(--bad); font-weight: 600; }
.button { display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-height: 44px; padding: 8px 16px; border-radius: 6px; border: 1px solid var(--field); background: var(--surface); color: var(--ink); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
.button:hover { border-color: var(--ink); }
.button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.danger { border: 2px solid var(--bad); color: var(--bad); }
.button[aria-disabled] { opacity: .6; }
.copy { min-height: 32px; padding: 2px 10px; font-size: 13px; font-weight: 400; }
.actions { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; }
.facts { display: grid; grid-template-columns: minmax(140px, 220px) minmax(0, 1fr); gap: 8px 16px; margin: 0; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.table { width: 100%; border-collapse: collapse; background: var(--surface); border: 1px solid var(--line); }
.table th { position: sticky; top: 0; background: var(--surface); text-align: left; font-size: 13px; color: var(--muted); font-weight: 600; box-shadow: inset 0 -1px var(--line); }
.table th, .table td { padding: 10px 12px; vertical-align: top; }
.table td { border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.table .right { text-align: right; } .table td.right { white-space: nowrap; }
.table tbody tr { position: relative; } .table tbody tr:hover { background: var(--paper); }
.row-link::after { content: ""; position: absolute; inset: 0; }
.table td :is(a:not(.row-link), button, form, details) { position: relative; z-index: 1; }
.empty { padding: 32px; text-align: center; border: 1px dashed var(--field); border-radius: 10px; display: grid; gap: 12px; justify-items: center; }
.tabs { display: flex; flex-wrap: wrap; gap: 4px; list-style: none; margin: 0; padding: 0; border-bottom: 1px solid var(--line); }
.tabs a { display: flex; align-items: center; gap: 8px; min-height: 44px; padding: 8px 12px; color: var(--ink); text-decoration: none; border-bottom: 3px solid transparent; }
.tabs a:hover { border-color: var(--field); } .tabs a[aria-current] { border-color: var(--accent); font-weight: 600; }
.form { display: grid; gap: 16px; max-width: 640px; grid-template-columns: minmax(0, 1fr); }
.field { display: grid; gap: 4px; border: 0; padding: 0; margin: 0; min-width: 0; }
.field label, .field legend { font-weight: 600; padding: 0; }
.field .hint { color: var(--muted); font-size: 13px; font-weight: 400; }
.field .problem { color: var(--bad); font-size: 13px; font-weight: 600; }
.field .problem::before { content: "\\26A0\\FE0E "; }
input, select, textarea { font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--field); border-radius: 6px; padding: 9px 12px; min-height: 44px; width: 100%; min-width: 0; }
textarea { min-height: 88px; } [aria-invalid="true"] { border: 2px solid var(--bad); }
input[type="checkbox"], input[type="radio"] { width: 20px; height: 20px; min-height: 0; margin: 2px 0 0; flex: none; accent-color: var(--accent); }
.choice { display: flex; gap: 12px; align-items: flex-start; min-height: 44px; padding: 8px 0; font-weight: 400 !important; }
.icon { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.qr { width: 220px; max-width: 100%; background: #fff; padding: 12px; border-radius: 6px; } .qr svg { display: block; width: 100%; height: auto; }
details > summary { cursor: pointer; min-height: 32px; }
/* By the room that a table has: beside the navigation it is less than the window. */
main { container-type: inline-size; }
@container (max-width: 760px) {
  .table.cards-when-narrow, .table.cards-when-narrow :is(tbody, tr, td) { display: block; }
  .table.cards-when-narrow { border: 0; background: none; }
  .table.cards-when-narrow thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .table.cards-when-narrow tr { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 8px 12px; margin-bottom: 12px; }
  .table.cards-when-narrow td { display: grid; grid-template-columns: minmax(88px, 36%) minmax(0, 1fr); gap: 12px; border: 0; padding: 4px 0; text-align: left; white-space: normal; }
  .table.cards-when-narrow td::before { content: attr(data-label); color: var(--muted); font-size: 13px; }
}
@media (max-width: 599px) {
  .card { padding: 16px; } .facts { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dd { margin-bottom: 12px; }
  .large { font-size: 28px; } .actions .button { flex: 1 1 auto; }
}
`;
