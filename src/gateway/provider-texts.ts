/** What is said of a provider to people who set up an account: read from the file that the build makes of the providers' folders. */
import type { SetupStep } from '../providers/contract.ts';
import type { Service } from './service.ts';

/** As GET /v1/providers/:id shows it. */
export interface ShownProvider {
  readonly id: string;
  readonly currencies: readonly string[];
  readonly [more: string]: unknown;
}

/** The file. */
export interface ProvidersDocument {
  /** In the order in which they are listed. */
  readonly providers: readonly ShownProvider[];
  /** By provider: what to enter in its back office, with placeholders for the addresses. */
  readonly setup: Readonly<Record<string, readonly SetupStep[]>>;
}

/** What stands for the addresses of an account. */
export const SETUP_PLACEHOLDERS = { callback: '{{callback}}', origin: '{{origin}}' } as const;

/** The file about all providers. @throws Problem misconfigured */
export function providersDocument(service: Pick<Service, 'documents'>): Promise<ProvidersDocument> {
  return service.documents.json<ProvidersDocument>('providers.json');
}

/** What to enter in the back office of an account's provider; nothing where there is no such provider any more. */
export function setupSteps(
  { setup }: ProvidersDocument,
  provider: string,
  urls: Readonly<Record<keyof typeof SETUP_PLACEHOLDERS, string>>,
): readonly SetupStep[] {
  const filled = (text: string) =>
    text
      .replaceAll(SETUP_PLACEHOLDERS.callback, () => urls.callback)
      .replaceAll(SETUP_PLACEHOLDERS.origin, () => urls.origin);
  return (Object.hasOwn(setup, provider) ? (setup[provider] ?? []) : []).map(({ where, value }) => ({
    where: filled(where),
    value: filled(value),
  }));
}
