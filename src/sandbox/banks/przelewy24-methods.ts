/** The means of payment of the simulated Przelewy24. */
import type { ApiCall } from '../kit/bank.ts';

/** What the contract offers. */
export const P24_METHODS = [
  { id: 154, name: 'BLIK', status: true },
  { id: 31, name: 'iPKO (PKO BP)', status: true },
  { id: 112, name: 'Płać z ING', status: true },
  { id: 119, name: 'Citi Handlowy', status: false },
  { id: 241, name: 'Karta płatnicza', status: true },
  { id: 264, name: 'Google Pay', status: true },
  { id: 303, name: 'Przelewy24 Raty', status: true },
  { id: 178, name: 'Przelew tradycyjny', status: true },
];

/** Instalments are for 300 złoty and more. */
const RATY = { id: 303, least: 30_000 };

/** The answer to `GET payment/methods`. */
export function p24MethodList({ path, query }: ApiCall): Response {
  const asked = new URLSearchParams(query);
  if (!/\/(?:pl|en)$/.test(path) || asked.get('currency') === null)
    return Response.json({ error: 'Invalid input', code: 400 }, { status: 400 });
  const amount = Number(asked.get('amount') ?? RATY.least);
  const data = P24_METHODS.filter(({ id }) => id !== RATY.id || amount >= RATY.least).map((one) => ({
    ...one,
    imgUrl: 'https://static.bank-demo.com/p24.svg',
    mobile: true,
    availabilityHours: { mondayToFriday: '00-24', saturday: 'unavailable', sunday: '00-24' },
  }));
  return Response.json({ data, agreements: [], responseCode: 0 });
}
