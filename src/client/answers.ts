/** Answers of the service: how large they may be, and their forms. What is not there would be taken for a success, or end in a TypeError. */
import { concat } from '../signing/bytes.ts';
import type { FetchAnswer } from './platform.ts';

/** Many times what the service's longest page has, in bytes. */
const LARGEST_ANSWER = 10_000_000;

/** The stream of a body, as far as it is read here. */
interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
    cancel(): Promise<unknown>;
  };
}

/** The text of an answer; null: it is larger than any of the service's, and was not read to its end. */
export async function boundedText(answer: FetchAnswer): Promise<string | null> {
  const reader = (answer.body as ByteStream | null | undefined)?.getReader?.();
  if (!reader) {
    const text = await answer.text();
    return text.length > LARGEST_ANSWER ? null : text;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || !value) return new TextDecoder().decode(concat(parts));
    length += value.length;
    if (length > LARGEST_ANSWER) {
      // It ends badly or well: nobody waits for it.
      reader.cancel().catch(() => undefined);
      return null;
    }
    parts.push(value);
  }
}

/** What an answer is: `item` has an id, `payment` a status too, `list` is whole, `page` says what follows. */
export type AnswerForm = 'item' | 'payment' | 'list' | 'page';

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isList = ({ data }: Members) => Array.isArray(data) && data.every(isMembers);

const FORMS: Readonly<Record<AnswerForm, (members: Members) => boolean>> = {
  item: ({ id }) => typeof id === 'string',
  payment: ({ id, status }) => typeof id === 'string' && typeof status === 'string',
  list: isList,
  page: (members) =>
    isList(members) &&
    (members.nextCursor === null || (typeof members.nextCursor === 'string' && members.nextCursor !== '')),
};

/** Whether an answer has the form that its call expects. */
export function hasExpectedForm(form: AnswerForm, value: unknown): boolean {
  return isMembers(value) && FORMS[form](value);
}
