/** The channels of the simulated tpay, and what a transaction may say of them. */

const CHANNELS = [
  { id: '64', name: 'BLIK', group: '150', least: '0.01', available: true, onlinePayment: true },
  { id: '53', name: 'Karta płatnicza', group: '103', least: '1.00', available: true, onlinePayment: true },
  {
    id: '1',
    name: 'Płać z Alior Bankiem',
    group: '113',
    least: '0.01',
    available: true,
    onlinePayment: true,
  },
  { id: '4', name: 'Płacę z iPKO', group: '108', least: '0.01', available: true, onlinePayment: true },
  { id: '35', name: 'BNP Paribas', group: '133', least: '0.01', available: false, onlinePayment: true },
  { id: '68', name: 'Google Pay', group: '166', least: '0.01', available: true, onlinePayment: true },
  { id: '49', name: 'Raty Pekao', group: '169', least: '300.00', available: true, onlinePayment: true },
  {
    id: '27',
    name: 'Przelew z innego banku',
    group: '157',
    least: '0.01',
    available: true,
    onlinePayment: false,
  },
];

/** `GET /transactions/channels`. */
export function tpayChannels(): Response {
  const channels = CHANNELS.map(({ id, name, group, least, available, onlinePayment }) => ({
    id,
    name,
    fullName: name,
    image: { url: 'https://static.bank-demo.com/tpay.png' },
    available,
    onlinePayment,
    instantRedirection: true,
    groups: [{ id: group, name, image: { url: '' } }],
    constraints: [{ field: 'amount', type: 'min', value: least }],
  }));
  return Response.json({ result: 'success', requestId: 'r', channels });
}

/** Whether the member `pay` of a transaction names what there is. */
export function isTpayChoice(
  pay: { readonly groupId?: unknown; readonly channelId?: unknown } | undefined,
): boolean {
  if (!pay) return true;
  const { groupId, channelId } = pay;
  const isOf = (id: unknown, wanted: unknown) => wanted === undefined || Number(id) === wanted;
  return CHANNELS.some(
    ({ id, group, available }) => available && isOf(id, channelId) && isOf(group, groupId),
  );
}

/** `POST /transactions/:id/pay` with a BLIK code: one that ends with an even digit is good. */
export function tpayByCode(body: string): Response {
  const { groupId, method, blikPaymentData } = JSON.parse(body) as {
    readonly groupId?: unknown;
    readonly method?: unknown;
    readonly blikPaymentData?: { readonly blikToken?: unknown; readonly type?: unknown };
  };
  const code = String(blikPaymentData?.blikToken);
  const isGood = groupId === 150 && method === 'transfer' && blikPaymentData?.type === 0;
  if (isGood && /^\d{5}[02468]$/.test(code))
    return Response.json({ result: 'success', requestId: 'r', status: 'pending' });
  const errors = [{ errorCode: 'ERR63', errorMessage: `wrong BLIK code ${code}`, fieldName: 'blikToken' }];
  return Response.json({ result: 'failed', requestId: 'r', errors }, { status: 400 });
}
