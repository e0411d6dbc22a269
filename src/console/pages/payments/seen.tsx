/** What the shopper saw: where it was sent, what the pages said, and what its link shows now. */
import type { Status } from '../../../payments/statuses.ts';
import { Copyable, Facts, Time } from '../../components/show.tsx';
import { paymentTexts } from '../../texts/payment.ts';
import type { View } from '../../view.ts';
import type { PaymentStory } from './read.ts';
import { storyText } from './story.ts';

type Page = 'open' | 'waiting' | 'paid' | 'again' | 'over' | 'refunded';

/** The page that our link shows by a payment's status. */
const PAGES: Readonly<Record<Status, Page>> = {
  created: 'open',
  forwarded: 'open',
  pending: 'waiting',
  authorized: 'paid',
  partially_paid: 'open',
  paid: 'paid',
  denied: 'again',
  error: 'again',
  cancelled: 'over',
  expired: 'over',
  partially_refunded: 'refunded',
  refunded: 'refunded',
  charged_back: 'over',
};

export function SeenByShopper({
  view,
  story,
}: {
  readonly view: View;
  readonly story: Pick<PaymentStory, 'payment' | 'log'>;
}) {
  const { payment, log } = story;
  const t = paymentTexts[view.language];
  const words = { language: view.language, currency: payment.currency };
  const sent = log.filter(({ type }) => type === 'forwarded' || type === 'forward.failed');
  const back = log.filter(({ type }) => type === 'returned');
  const list = (lines: typeof log) => (
    <ul>
      {lines.slice(-5).map((line) => (
        <li>
          {storyText(words, line)} <Time view={view} at={line.at} as="relative" />
        </li>
      ))}
    </ul>
  );
  return (
    <Facts
      of={[
        [t.description, payment.description],
        [t.seenAt, sent.length === 0 ? t.seenNothing : list(sent)],
        [t.seenBack, back.length === 0 ? null : list(back)],
        [t.seenNow, t.now[PAGES[payment.status]]],
        [
          t.whyNot,
          payment.declineReason === null
            ? null
            : `${t.decline[payment.declineReason.code]} (${payment.declineReason.text})`,
        ],
        [t.seenLink, <Copyable view={view} text={payment.checkoutUrl} label={t.seenLink} />],
      ]}
    />
  );
}
