/** The list behind the sums, for the PDF: the movements of the time, or the payments, as the export has them. */
import type { Api, OperatorAnswer } from '../api.ts';
import type { ListedLine, ListOnPaper } from '../pdf/book-list.ts';
import type { BookShop } from './books-form.tsx';
import { distinctNames } from './books-names.ts';
import type { Asked } from './books-query.ts';

/** Lines that a PDF lists: a page of the export. More are nothing for paper. */
const MOST_LISTED = 5000;

type AboutSummary = Pick<OperatorAnswer<'summary'>, 'from' | 'to' | 'timeZone' | 'dateBy' | 'by'> & {
  readonly data: readonly { readonly key: string; readonly name: string }[];
};

/** A line of the export: a movement, or a payment. */
interface ExportedLine {
  readonly reference: string;
  readonly shop: string;
  /** Of the payment, or of the movement. */
  readonly account: string | null;
  readonly currency: string;
  readonly paid: number;
  readonly refunded: number;
  readonly at?: string;
  readonly test?: boolean;
  readonly chargedBack?: number;
  readonly createdAt?: string;
  readonly paidAt?: string | null;
}

/** @param summary whose sums the list is behind. */
export async function listOf(
  api: Api,
  {
    asked,
    summary,
    shops,
  }: { readonly asked: Asked; readonly summary: AboutSummary; readonly shops: readonly BookShop[] },
): Promise<ListOnPaper> {
  const { from, to, timeZone, dateBy, by } = summary;
  const { shop, group, test } = asked;
  const isByMovement = dateBy === 'movement';
  const isByAccount = by === 'account';
  const names = isByAccount
    ? new Map(summary.data.map(({ key, name }) => [key, name]))
    : distinctNames(shops.map(({ id, name }) => [id, name]));
  const part = async (money: string | undefined): Promise<ListOnPaper> => {
    const query = new URLSearchParams({
      what: isByMovement ? 'movements' : 'payments',
      ...{ format: 'ndjson', dateBy, from, to, timeZone, limit: String(MOST_LISTED) },
      ...(shop !== undefined && { shop }),
      ...(group !== undefined && { group }),
      ...(money !== undefined && { test: money }),
    });
    const answer = await api.fetch('GET', `/export?${query}`);
    const lines = (await answer.text())
      .split('\n')
      .filter((text) => text !== '')
      .map((text): ListedLine => {
        const line = JSON.parse(text) as ExportedLine;
        const at = isByMovement ? line.at : dateBy === 'paid' ? line.paidAt : line.createdAt;
        const whose = isByAccount ? (line.account ?? '') : line.shop;
        return {
          at: at ?? from,
          reference: line.reference,
          name: names.get(whose) ?? whose,
          currency: line.currency,
          test: line.test ?? money === 'true',
          paid: line.paid,
          refunded: line.refunded,
          chargedBack: isByMovement ? (line.chargedBack ?? 0) : null,
        };
      })
      // Of payments, those that nothing came for are in no sum.
      .filter(({ paid, refunded, chargedBack }) => paid !== 0 || refunded !== 0 || (chargedBack ?? 0) !== 0);
    return {
      lines,
      timeZone,
      of: isByAccount ? 'account' : 'shop',
      isCut: answer.headers.get('x-next-cursor') !== null,
    };
  };
  if (isByMovement || test !== undefined) return part(test);
  // A line of a payment does not say whether its money is real.
  const [real, unreal] = [await part('false'), await part('true')];
  return { ...real, lines: [...real.lines, ...unreal.lines], isCut: real.isCut || unreal.isCut };
}
