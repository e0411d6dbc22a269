/** What a person says of how a file is read: what of it goes together. */
import {
  type FileMapping,
  GENERIC_PRESET,
  type ReconciliationOrder,
  type ReconciliationProblem,
  type SaidReading,
} from '../payments/reconciled.ts';
import { reconciliationProblem } from './pieces.ts';

/** The columns that are said, with the signs; null: none are. */
function mappingIn({ preset: _, ...said }: SaidReading): FileMapping | null {
  const named = Object.entries(said.columns ?? {}).filter(([, name]) => name !== undefined);
  if (named.length === 0) return null;
  const { charset, separator, quote, decimal, dates, currency, kinds } = said;
  const columns = Object.fromEntries(named);
  return { columns, charset, separator, quote, decimal, dates, currency, kinds };
}

const OF_COLUMNS = ['charset', 'separator', 'quote', 'decimal', 'dates', 'kinds'] as const;

const refused = (name: string, detail: string) => reconciliationProblem('invalid_request', detail, name);

/** How a file is to be read; a problem for columns under the name of a known file, and for what goes with columns without them. */
export function readingSaid(
  said: SaidReading,
): Pick<ReconciliationOrder, 'preset' | 'mapping' | 'currency'> | ReconciliationProblem {
  const { preset = null, currency = null } = said;
  const mapping = mappingIn(said);
  const isKnown = preset !== null && preset !== GENERIC_PRESET;
  if (mapping) {
    if (isKnown)
      return refused('columns', `are those of the file ${preset}: leave them out, or say \`generic\``);
    if (said.kinds && !mapping.columns.kind) return refused('kinds', 'goes with the column kind');
    return { preset: GENERIC_PRESET, mapping, currency: null };
  }
  const name = OF_COLUMNS.find((one) => said[one] !== undefined);
  if (name === undefined) return { preset, mapping, currency };
  return refused(
    name,
    isKnown
      ? `is that of the file ${preset}: leave it out, or say \`generic\``
      : 'goes with columns: say which',
  );
}
