import { makeShop } from './harness.ts';

/** The id of a shop without accounts, for ledgers that are spoken to directly. */
export async function makeShopFor(): Promise<string> {
  return (await makeShop([])).id;
}
