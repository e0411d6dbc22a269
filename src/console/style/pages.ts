/** What the pages of payments, of attention and the first page add: the strip of money, the story, charts. */
export const PAGE_PARTS = `
.strip { display: flex; flex-wrap: wrap; gap: 1px; margin: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--line); overflow: hidden; }
.strip > div { flex: 1 1 152px; padding: 12px 16px; background: var(--surface); }
.strip dt { font-size: 13px; color: var(--muted); } .strip dd { margin: 0; font-size: 17px; font-weight: 600; }
.payment-title { overflow-wrap: anywhere; font-size: 21px; }
.story { list-style: none; margin: 0; padding: 0 0 0 16px; border-left: 2px solid var(--line); display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
.story > li { display: grid; gap: 2px; position: relative; grid-template-columns: minmax(0, 1fr); }
.story > li::before { content: ""; position: absolute; left: -23px; top: 5px; width: 12px; height: 12px; border-radius: 50%; background: var(--surface); border: 2px solid var(--field); }
.story > li.ok::before { background: var(--ok); border-color: var(--ok); } .story > li.bad::before { border-radius: 0; background: var(--bad); border-color: var(--bad); }
.wrap { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 480px; overflow-y: auto; }
.refused { border-left: 4px solid var(--bad); } .attention { border-left: 4px solid var(--warn); }
.cards.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); }
.stack > .pill { justify-self: start; } .table .pill { white-space: normal; overflow-wrap: break-word; text-align: left; } details.card:not([open]) { gap: 0; } .attention .facts { grid-template-columns: minmax(72px, 110px) minmax(0, 1fr); }
.ask { max-width: none; } .ask .cards { align-items: end; } summary h2 { display: inline; } .choices fieldset { display: flex; flex-wrap: wrap; gap: 0 20px; } .choices legend { width: 100%; }
.ask > .field { max-width: 480px; }
.tiles { list-style: none; margin: 0; padding: 0; display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 196px), 1fr)); }
.tile { display: grid; gap: 4px; justify-items: start; padding: 12px 16px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); color: var(--ink); text-decoration: none; height: 100%; }
.tile:hover { border-color: var(--ink); } .tile-number { font-size: 28px; font-weight: 600; line-height: 1.2; }
.chart { margin: 0; } .chart > svg { display: block; width: 100%; height: 160px; border-bottom: 1px solid var(--field); }
.chart details { overflow-x: auto; }
.axis { display: flex; justify-content: space-between; }
.chart .ground { fill: transparent; } .chart g:hover .ground { fill: var(--soft-none); }
.bar0 { fill: #166534; } .bar1 { fill: #1d4fbf; } .bar2 { fill: #b45309; } .bar3 { fill: #7e22ce; } .bar4 { fill: #0e7490; } .barx { fill: #6b7280; }
.legend { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 20px; } .legend li { display: flex; gap: 8px; align-items: center; }
.key { width: 12px; height: 12px; flex: none; }
@media (prefers-color-scheme: dark) { .bar0 { fill: #4ade80; } .bar1 { fill: #7aa8ff; } .bar2 { fill: #fbbf24; } .bar3 { fill: #d8b4fe; } .bar4 { fill: #67e8f9; } .barx { fill: #9ca3af; } }
`;
