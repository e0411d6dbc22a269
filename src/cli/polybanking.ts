/** The recipes of the PolyBanking dialect, for the vectors and the command line: it is no provider. */
import type { Recipe } from '../providers/contract.ts';
import { textFields } from '../providers/kit/form-message.ts';
import { polybankingBase } from '../signing/polybanking.ts';
import { polybankingSignature } from '../webhooks/polybanking.ts';

const recipe: Recipe<{ readonly secret: string }> = {
  kind: 'sign',
  sign: ({ secret = '' }, input) => {
    const fields = Object.fromEntries(textFields(input));
    return {
      base: polybankingBase(fields, secret),
      algorithm: 'SHA-512',
      signature: polybankingSignature(fields, secret),
    };
  },
};

/** What a website signs, and what is signed for it: one recipe, two keys. */
export const polybankingRecipes = { 'request-signature': recipe, 'notification-signature': recipe };
