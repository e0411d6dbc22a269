/** The samples of the documents that are in the package, as programs that a compiler reads. */
import { readFileSync } from 'node:fs';

/** What a reader has of his own: a file of declarations. */
export const READER = `
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
type Handler = (req: any, res: any) => unknown;
declare const app: { post(path: string, ...handlers: readonly Handler[]): void, request(path: string, init: object): Promise<Response> }, express: { raw(options: object): Handler };
declare const respond: any, deliver: any, actOnce: any, tellSomebody: any, act: any, keep: any;
declare const site: string, rang: string, identifiant: string, hmac_key: string, id: string, secret: string;
declare const secrets: readonly string[], method: 'GET' | 'POST', url: string, headers: Record<string, string>, rawBody: string;
declare const request: Request, payment: { readonly id: string };
declare const attemptOf: (order: string) => Promise<import('countersign/providers/paybox').LibraryAttempt | null>;
declare const countersign: import('countersign/client').Countersign;
declare function redirect(to: string): void;
declare function lastEvent(): Promise<string | null>;
`;

/** What a sample may have imported in an earlier one. */
const IMPORTED = ['CountersignError', 'verifyReturn', 'verifyWebhook'];

/** One program for each sample of a document that is TypeScript, fenced or indented. */
export function samplesOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  const fenced = [...text.matchAll(/^```ts(?: types)?\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  const indented = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/(?:^ {4}.*\n)+/gm)]
    .map(([code]) => code)
    .filter((code) => code.includes('await '));
  return [...fenced, ...indented].map((code) => {
    const missing = IMPORTED.filter(
      (name) => code.includes(name) && !new RegExp(`import .*${name}`).test(code),
    );
    const imports = missing.length > 0 ? `import { ${missing.join(', ')} } from 'countersign/client';\n` : '';
    // What answers a request stands in a handler of the reader's.
    const [, head = '', rest = ''] = /^((?:import .*\n|\n)*)([\s\S]*)$/.exec(code) ?? [];
    const body =
      /^ *return /m.test(rest) && !/^export /m.test(rest)
        ? `export async function handler() {\n${rest}}\n`
        : rest;
    return `${imports}${head}${body}export {};\n`;
  });
}
