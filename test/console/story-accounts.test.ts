/** The failure ruled out: of a payment with attempts at two banks, the story does not tell whose message moved it. */
import { beforeAll, expect, it } from 'vitest';
import { euros, hopOf, move } from '../http/succession-support.ts';
import { journey, makeShop, network, runAlarms } from '../support/harness.ts';
import { signedIn } from './support.ts';

beforeAll(() => {
  network();
});

const storyOf = (text: string) => /<ol class="story">.*?<\/ol>/s.exec(text)?.[0] ?? '';

it('names the account of a message where two have attempts, and none where there is no question', async () => {
  const [account, next] = [await euros('payu'), await euros('ecommpay')];
  const trip = await journey('payu', {
    place: { account, shop: await makeShop([account]) },
    fields: { currency: 'EUR' },
  });
  const { payment, shop } = trip;
  const browser = await signedIn({ role: 'view', shops: [shop.id] });
  const read = async () => storyOf((await browser.open(`/console/payments/${payment.id}`)).text);
  expect(await read()).not.toContain(` · ${account}`);
  await move(account, next);
  expect((await hopOf(payment)).location).toContain('payment_id=');
  expect((await trip.notify('pay')).status).toBe(200);
  await runAlarms(payment.id);
  const story = await read();
  expect(story).toContain(` · ${account}`);
  expect(story).not.toContain(` · ${next}`);
});
