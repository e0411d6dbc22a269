/**
 * The recipes of SIPS 1. None signs: the bank's executables hold the key. The recipes are what we hand to them, and how we read what they
 * print; `response` with code 0 is what a verified signature is elsewhere.
 */
import { Refusal } from '../../payments/errors.ts';
import type { Json, Recipe } from '../contract.ts';
import { inputFields, textFields } from '../kit/form-message.ts';
import { statusAlone } from '../kit/verdict.ts';
import { argumentsOf, readRequestOutput, readResponseOutput } from './middleware.ts';
import { readSipsResponse, sipsDataOf } from './response.ts';
import type { SipsSettings } from './settings.ts';

/** @param rest what else the vector says: `expect.amount`, where another amount was asked for than came. */
function responseCase(
  settings: Partial<SipsSettings>,
  raw: string,
  rest: Readonly<Record<string, Json | undefined>>,
) {
  const fields = readResponseOutput(raw);
  try {
    const update = readSipsResponse(settings, fields);
    const { amount = fields.amount } = (rest.expect ?? {}) as Readonly<Record<string, string>>;
    const isLess = update.outcome === 'paid' && Number(update.amount) < Number(amount);
    return { valid: true, fields, status: isLess ? 'partially_paid' : statusAlone(update) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { valid: false, fields };
  }
}

export const sipsSignatures: Record<string, Recipe<SipsSettings>> = {
  'middleware-request': {
    kind: 'case',
    answer: (_settings, input) => ({ argv: argumentsOf(textFields(input)) }),
  },
  'middleware-request-output': {
    kind: 'case',
    answer: (_settings, input) => {
      const output = readRequestOutput(input.raw ?? '');
      return { valid: output.code === '0', fields: { ...output } };
    },
  },
  'middleware-response-output': {
    kind: 'case',
    answer: (settings, input) => responseCase(settings, input.raw ?? '', input.rest ?? {}),
  },
  'notification-body': {
    kind: 'case',
    answer: (settings, input) => {
      const message = sipsDataOf(inputFields(input));
      return {
        valid: message !== null,
        fields: message === null ? {} : { message },
        argv: argumentsOf([
          ['message', message ?? ''],
          ['pathfile', settings.pathfile ?? ''],
        ]),
      };
    },
  },
};
