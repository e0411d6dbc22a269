/** Times that people type, in their own time zone, as the API takes them. */

const QUARTER_MS = 15 * 60_000;

/** No zone is further from UTC. */
const FURTHEST_MS = 15 * 3_600_000;

/** "2026-11-26 14:03", whatever the language. */
function localText(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  });
  return (at) => format.format(at);
}

/**
 * The moment of a local time. Of a time that is there twice the first; one that a change of the clock leaves out is when it changes.
 * @param text `2026-11-26` (when the day begins) or `2026-11-26T14:03`, as fields of HTML have them; seconds are dropped.
 * @returns RFC 3339 UTC; null: it is no time.
 */
export function fromLocalTime(text: string, zone: string): string | null {
  const [, day = '', time = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?)?$/.exec(text) ?? [];
  const asUtc = Date.parse(`${day}T${time}:00Z`);
  // Date takes 30 February for 2 March.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 10) !== day) return null;
  const wanted = `${day} ${time}`;
  const local = localText(zone);
  const minutes = asUtc % QUARTER_MS;
  let [before, after] = [-FURTHEST_MS / QUARTER_MS, FURTHEST_MS / QUARTER_MS];
  while (after - before > 1) {
    const between = Math.floor((before + after) / 2);
    if (
      local(asUtc - minutes + between * QUARTER_MS) >=
      `${day} ${new Date(asUtc - minutes).toISOString().slice(11, 16)}`
    )
      after = between;
    else before = between;
  }
  const found = asUtc + after * QUARTER_MS;
  return new Date(local(found) > wanted ? found - minutes : found).toISOString();
}

/** When the day after a day begins, so that the day itself is in. */
export function afterLocalDay(text: string, zone: string): string | null {
  if (fromLocalTime(text, zone) === null) return null;
  const next = new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return fromLocalTime(next, zone);
}

/** A moment as a field of HTML (`datetime-local`) has it. */
export function localTimeInput(at: number, zone: string): string {
  return localText(zone)(at).replace(' ', 'T');
}
