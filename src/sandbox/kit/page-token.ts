/** The word in the address of an order's page, without which a bank shows it to nobody. */
import { createHmac } from 'node:crypto';

/**
 * The token of a page: hex, the same for the same page.
 * @param page the bank's name for it.
 */
export function pageToken(page: string): string {
  return createHmac('sha256', 'the pages of the simulated banks').update(page).digest('hex').slice(0, 24);
}
