/** Our own line drawings, 24 by 24. What they mean is said in words beside them: they are hidden from screen readers. */
const PATHS = {
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  card: 'M3 6h18v12H3zM3 10h18',
  attention: 'M12 4l9 16H3zM12 10v5M12 17.5v.5',
  bank: 'M4 10l8-6 8 6zM6 10v8M10 10v8M14 10v8M18 10v8M4 20h16',
  shop: 'M4 10l1-5h14l1 5M5 10v9h14v-9M9 19v-5h6v5',
  book: 'M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12',
  people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M18 14c2 1 3 3 3 6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.5M4 12h.5M4 18h.5',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  key: 'M15 9a4 4 0 1 1-4-4 4 4 0 0 1 4 4zM13 12l7 7M17 16l-2 2',
  check: 'M5 13l4 4L19 7',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  refund: 'M4 8h11a5 5 0 0 1 0 10H8M4 8l4-4M4 8l4 4',
  external: 'M9 5H5v14h14v-4M13 5h6v6M19 5l-8 8',
} as const;

export type LineIconName = keyof typeof PATHS;

export function LineIcon({ name }: { readonly name: LineIconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
