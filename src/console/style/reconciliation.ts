/** The pages of reconciliation: wide previews scroll inside themselves; what is only for the screen is not printed. */
export const RECONCILIATION_STYLE = `
.scrolling { overflow-x: auto; max-width: 100%; border: 1px solid var(--line); border-radius: 10px; }
.scrolling .table { border: 0; } .scrolling :is(th, td) { white-space: nowrap; }
.tight { gap: 2px; } .table .right .tight { justify-items: end; }
progress { width: 100%; max-width: 480px; height: 12px; accent-color: var(--accent); }
[data-sending][hidden], [data-lost][hidden], [data-refused][hidden] { display: none; }
@media print { .actions, .tabs, .table .copy { display: none; } }
`;
