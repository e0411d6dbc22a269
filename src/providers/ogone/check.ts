/** The harmless call of Ogone: the query of an order that there is none of: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { cannotUseDirectLink } from './directlink.ts';
import { directLinkCalls, directLinkError } from './directlink-call.ts';
import type { OgoneSettings } from './settings.ts';
import { NO_SUCH_ORDER } from './statuses.ts';

/** @param host the origin of the brand's pages. */
export function checkOgone(host: string): AccountCheck<OgoneSettings> {
  const { query } = directLinkCalls(host);
  return {
    call: 'querydirect.asp of an order that does not exist',
    lacks: cannotUseDirectLink,
    async run({ account, order, currency, fetch }) {
      const answer = await query({ account, order, currency, payid: undefined, fetch });
      if (answer.ncerror !== NO_SUCH_ORDER)
        throw directLinkError('the platform did not answer that there is no such order, but', answer);
      return 'the platform takes PSPID, the API user and SHA-IN';
    },
  };
}
