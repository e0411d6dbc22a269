/** The line icons of the pages for shoppers, our own: 24 by 24, in the colour of the text. */
import type { AccountKind } from '../../payments/account-kinds.ts';

const PATHS = {
  card: 'M3 6h18v12H3zM3 10h18M7 15h3',
  bank: 'M3 9l9-5 9 5zM5 9v8M10 9v8M14 9v8M19 9v8M3 20h18',
  wallet: 'M4 7h16v12H4zM4 7l11-3v3M20 11h-5v4h5',
  cash: 'M3 7h18v10H3zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M6 10v4M18 10v4',
  check: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12l3 3 5-6',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 2',
  warning: 'M12 4l9 16H3zM12 10v5M12 17.5v.5',
  refund: 'M9 5L4 10l5 5M4 10h10a5 5 0 0 1 0 10h-3',
  onward: 'M5 12h14M13 6l6 6-6 6',
} satisfies Readonly<Record<AccountKind | string, string>>;

export type IconName = keyof typeof PATHS;

/** @param label what it says; left out: the text beside it says it already. */
export function Icon({ name, label }: { readonly name: IconName; readonly label?: string }) {
  const path = <path d={PATHS[name]} />;
  if (label === undefined)
    return (
      <svg viewBox="0 0 24 24" aria-hidden="true">
        {path}
      </svg>
    );
  return (
    <svg viewBox="0 0 24 24" role="img" aria-label={label}>
      {path}
    </svg>
  );
}
