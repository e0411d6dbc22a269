/** What the original shows of a transaction of its dump, made from the dump alone. */

export interface Row {
  readonly model: string;
  readonly pk: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Python's str() of a time of the dump in the zone of that server, which was an hour ahead of UTC in that November. */
function local(time: unknown): string {
  if (typeof time !== 'string') return '';
  const shifted = new Date(Date.parse(time) + 3_600_000).toISOString();
  const [day = '', clock = ''] = shifted.split('T');
  const millis = clock.slice(9, 12);
  // isoformat() of a time without microseconds has no fraction.
  const fraction = Number(millis) === 0 ? '' : `.${millis}000`;
  return `${day} ${clock.slice(0, 8)}${fraction}+01:00`;
}

/** Python's str(). */
function text(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

const TEXTS = [
  'reference',
  'extra_data',
  'amount',
  'postfinance_id',
  'postfinance_status',
  'internal_status',
  'ipn_needed',
  'brand',
  'card',
];

const TIMES = [
  'creation_date',
  'last_userforwarded_date',
  'last_user_back_from_postfinance_date',
  'last_postfinance_ipn_date',
  'last_ipn_date',
];

/** The details that the API shows, but for the texts of codes. */
export function expectedDetails({ fields }: Row): Record<string, unknown> {
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, text(fields[name])])),
    ...Object.fromEntries(TIMES.map((name) => [name, local(fields[name])])),
    amount_chf: Number(fields.amount) / 100,
  };
}

/** The log that the API shows, newest first. */
export function expectedLogs(transaction: Row, rows: readonly Row[]) {
  return rows
    .filter(
      ({ model, fields }) => model === 'paiements.transactionlog' && fields.transaction === transaction.pk,
    )
    .map(({ fields }) => ({
      when: local(fields.when),
      extra_data: text(fields.extra_data),
      log_type: fields.log_type,
    }))
    .reverse();
}

/** The same installation once more under other numbers and keys, as many times as wanted. */
export function renumbered(rows: readonly Row[], offset: number): Row[] {
  const moved = (value: unknown) => Number(value) + offset;
  return rows.map(({ model, pk, fields }) => ({
    model,
    pk: pk + offset,
    fields: {
      ...fields,
      ...('config' in fields && { config: moved(fields.config) }),
      ...('transaction' in fields && { transaction: moved(fields.transaction) }),
      ...('key_api' in fields && { key_api: `${String(fields.key_api).slice(0, -6)}${offset}` }),
    },
  }));
}
