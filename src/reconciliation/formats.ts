/** The known files. What stands here stands in FILE_PRESETS too, and the other way round. */
import { FILE_PRESETS } from '../payments/reconciled.ts';
import type { FileFormat } from './format.ts';
import { assistFile } from './formats/assist.ts';
import { lyraFile } from './formats/lyra.ts';
import { payuFile } from './formats/payu.ts';
import { postfinanceFile } from './formats/postfinance.ts';
import { przelewy24File } from './formats/przelewy24.ts';

export const FILE_FORMATS: readonly FileFormat[] = [
  postfinanceFile,
  lyraFile,
  payuFile,
  przelewy24File,
  assistFile,
];

/** Whose days the known files of a provider have: its other files mostly have them too. UTC where none is known. */
export function zoneOfProvider(provider: string): string {
  const preset = FILE_PRESETS.find(({ providers }) => providers.some((one) => one === provider));
  return FILE_FORMATS.find(({ id }) => id === preset?.id)?.zone ?? 'UTC';
}

export function fileFormat(id: string): FileFormat | null {
  return FILE_FORMATS.find((one) => one.id === id) ?? null;
}
