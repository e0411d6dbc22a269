/** What the Worker shows people to read, made from its routes, their schemas and the providers' folders. */
import { DOCUMENT_NAMES, type DocumentName } from '../gateway/documents.ts';
import { createApp } from '../http/app.ts';
import { TEXTS } from '../http/checkout/texts/all.ts';
import { apiDocument } from '../http/reference/document.ts';
import { describedOrder } from '../http/reference/order.ts';
import { PLACEHOLDERS } from '../http/reference/placeholders.ts';
import { makeProvidersDocument } from '../http/reference/providers.ts';
import { makeSite } from './site/site.ts';

/** What is built: the Worker's own texts by their names, and the files of /docs by their paths. */
interface BuiltDocuments {
  readonly own: Readonly<Record<DocumentName, string>>;
  readonly site: Readonly<Record<string, string>>;
}

/** @param root the project's folder. */
export async function makeDocuments(root: string): Promise<BuiltDocuments> {
  const app = createApp(() => {
    throw new Error(`the build answers no request: it makes ${DOCUMENT_NAMES.join(', ')}`);
  });
  const document = await apiDocument(app, PLACEHOLDERS.base);
  const providers = makeProvidersDocument();
  return {
    own: {
      'openapi.json': JSON.stringify(document),
      'providers.json': JSON.stringify(providers),
      'texts.json': JSON.stringify(TEXTS),
    },
    site: makeSite({ root, document, order: describedOrder(app), providers }),
  };
}
