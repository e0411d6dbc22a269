/** The means of payment of the simulated Paynow: all for zlotys, cards alone for other currencies, PayPo from 10 PLN on. */
const GROUPS = [
  {
    type: 'BLIK',
    paymentMethods: [{ id: 2007, name: 'BLIK', status: 'ENABLED', authorizationType: 'CODE' }],
  },
  {
    type: 'PBL',
    paymentMethods: [
      { id: 1000, name: 'mTransfer', status: 'ENABLED' },
      { id: 2031, name: 'Płacę z iPKO', status: 'DISABLED' },
      { id: 2032, name: 'Płać z ING', status: 'ENABLED' },
    ],
  },
  { type: 'CARD', paymentMethods: [{ id: 2002, name: 'Karta płatnicza', status: 'ENABLED' }] },
  { type: 'GOOGLE_PAY', paymentMethods: [{ id: 2004, name: 'Google Pay', status: 'ENABLED' }] },
  { type: 'PAYPO', paymentMethods: [{ id: 3000, name: 'PayPo', status: 'ENABLED' }] },
];

/** What is offered; null: the query is wrong. */
export function paynowMeansFor(query: string): readonly object[] | null {
  const asked = new URLSearchParams(query);
  const [currency = 'PLN', amount] = [asked.get('currency') ?? undefined, asked.get('amount')];
  if (!['PLN', 'EUR', 'USD', 'GBP', 'CZK'].includes(currency)) return null;
  if (amount !== null && !/^[1-9]\d{0,9}$/.test(amount)) return null;
  return GROUPS.filter(({ type }) => {
    if (currency !== 'PLN') return type === 'CARD';
    return type !== 'PAYPO' || amount === null || Number(amount) >= 1000;
  });
}
