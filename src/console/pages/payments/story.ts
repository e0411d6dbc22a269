/** What each line of a payment's log says to people, in one or two sentences. Pure: the log's own members go into texts. */
import type { Status } from '../../../payments/statuses.ts';
import type { OperatorAnswer } from '../../api.ts';
import { amountText, countText } from '../../format.ts';
import { commonTexts } from '../../texts/common.ts';
import type { Language } from '../../texts/languages.ts';
import { storyTexts } from '../../texts/story.ts';

export type StoryLine = OperatorAnswer<'events'>['data'][number];

interface Told {
  readonly language: Language;
  /** Of the payment: amounts in the log have it unless they name another. */
  readonly currency: string;
}

type Detail = Readonly<Record<string, unknown>>;

const textOf = (detail: Detail, name: string): string => {
  const value = detail[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

function moneyIn({ language, currency }: Told, detail: Detail): string | null {
  const { amount, currency: own } = detail;
  if (typeof amount !== 'number') return null;
  return amountText(language, amount, typeof own === 'string' ? own : currency);
}

function statusText(language: Language, status: unknown): string {
  const { status: names } = commonTexts[language];
  return names[status as Status] ?? String(status ?? '');
}

/** What a message of the provider did: how it came, what it names, and what became of it. */
function messageText(told: Told, { type, detail }: StoryLine): string {
  const { language } = told;
  const t = storyTexts[language];
  const money = moneyIn(told, detail);
  const head = [
    t.how[detail.channel as keyof typeof t.how] ?? String(detail.channel),
    textOf(detail, 'providerStatus'),
    money,
  ]
    .filter(Boolean)
    .join(', ');
  const proof = detail.proven === false || detail.claimed !== undefined ? ` ${t.unproven}` : '';
  if (type === 'notification.conflict')
    return `${head}. ${t.conflict} ${t.reason[detail.reason as keyof typeof t.reason] ?? String(detail.reason)}.${proof}`;
  if (type === 'notification.ignored') return `${head}. ${t.ignored}${proof}`;
  const [from, to] = [statusText(language, detail.from), statusText(language, detail.to)];
  return `${head}. ${from === to ? t.stayed(to) : t.moved(from, to)}${proof}`;
}

function operationText(told: Told, { type, source, detail }: StoryLine): string {
  const t = storyTexts[told.language];
  const money = moneyIn(told, detail);
  const what = [t.kind[detail.kind as keyof typeof t.kind], money].filter(Boolean).join(', ');
  const step = type.slice('operation.'.length);
  if (step !== 'requested') return `${what}: ${t.step[step as keyof typeof t.step] ?? step}`;
  if (detail.awaitsApproval === true) return `${what}: ${t.step.waits}`;
  return `${what}: ${source === 'operator' ? t.step.requestedByOperator : t.step.requestedByShop}`;
}

function returnText(language: Language, detail: Detail): string {
  const t = storyTexts[language];
  if (detail.refused !== undefined) return t.returnedRefused;
  return detail.signed === true ? t.returnedSigned : t.returned;
}

/** What a line says. */
export function storyText(told: Told, line: StoryLine): string {
  const { language } = told;
  const { type, source, detail } = line;
  const t = storyTexts[language];
  const account = textOf(detail, 'account') || commonTexts[language].none;
  const endpoint = textOf(detail, 'endpoint') || 'first';
  const why = textOf(detail, 'status') || textOf(detail, 'error') || t.noAnswer;
  switch (type) {
    case 'created': {
      const amount = moneyIn(told, detail) ?? '';
      return source === 'operator' ? t.createdByOperator(amount) : t.createdByShop(amount);
    }
    case 'replaced':
      return t.replaced(moneyIn(told, detail) ?? '');
    case 'called_off':
      return t.calledOff;
    case 'forwarded':
      return t.forwarded(account);
    case 'forward.failed':
      return t.forwardFailed(account);
    case 'returned':
      return returnText(language, detail);
    case 'notification.duplicate':
      return t.duplicate(countText(language, Number(detail.count ?? 1)));
    case 'notification.applied':
    case 'notification.ignored':
    case 'notification.conflict':
      return messageText(told, line);
    case 'attempt.concluded':
      return t.concluded(statusText(language, detail.to));
    case 'payment.paid_twice':
      return t.paidTwice;
    case 'payment.chargeback_reversed':
      return t.chargebackReversed;
    case 'payment.expired':
      return t.expired;
    case 'confirm.requested':
      return t.confirmRequested;
    case 'confirm.succeeded':
      return t.confirmSucceeded;
    case 'confirm.failed':
      return detail.error === undefined ? t.confirmFailed : t.confirmNoAnswer;
    case 'confirm.abandoned':
      return t.confirmAbandoned;
    case 'webhook.delivered':
      return t.delivered(endpoint);
    case 'webhook.failed':
      return t.notDelivered(endpoint, why);
    case 'webhook.abandoned':
      return t.givenUp(endpoint, why);
    case 'webhook.resent':
      return t.resent;
    case 'import.completed':
      return t.imported;
    case 'data.erased':
      return t.erased;
    default:
      return operationText(told, line);
  }
}

/** How often a line stands for, where strangers could fill the log with more of it; null: once. */
export function repeatsOf({ type, detail }: StoryLine, language: Language): string | null {
  const { count } = detail;
  if (typeof count !== 'number' || count < 2 || type === 'notification.duplicate') return null;
  return storyTexts[language].times(countText(language, count));
}
