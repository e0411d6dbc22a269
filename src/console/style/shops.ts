/** What the pages of shops add: accounts in their order, the checkout in a frame, program text. */
export const SHOPS_STYLE = `
.shop-name { overflow-wrap: anywhere; }
.warn-text { color: var(--warn); font-weight: 600; }
/* Short words of a table stay whole, whatever room the long ones beside them want. */
.whole, .table .whole .pill { white-space: nowrap; }
.order { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
.order > li { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; padding: 12px 16px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.order > li[draggable="true"] { cursor: grab; } .order > .dragged { opacity: .5; border-style: dashed; }
.grip { color: var(--muted); font-size: 21px; line-height: 1; }
.order-text { flex: 1 1 240px; min-width: 0; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; overflow-wrap: anywhere; }
.previews { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); } .previews figure { margin: 0; display: grid; gap: 4px; }
.preview { width: 100%; height: 640px; border: 1px solid var(--field); border-radius: 10px; background: var(--paper); }
.code { display: grid; gap: 8px; justify-items: start; } .code pre { width: 100%; max-height: 560px; overflow: auto; }
.plain { list-style: none; padding: 0; }
input[type="file"] { padding: 8px 12px; }
`;
