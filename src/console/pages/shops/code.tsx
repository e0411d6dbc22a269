/** The programs that a website needs, with the ids of its shop. */
import { CodeBlock } from '../../components/code.tsx';
import { Tabs } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { shopsTexts } from '../../texts/shops.ts';
import { readAccounts } from '../accounts/read.ts';
import { shopPage } from './parts.tsx';
import { readConnection, readShop, shopPath } from './read.ts';
import { SNIPPET_LANGUAGES, SNIPPETS } from './snippets.ts';

/** Where the programs read the keys. */
const VARIABLES = { apiKey: 'COUNTERSIGN_API_KEY', webhookSecret: 'COUNTERSIGN_WEBHOOK_SECRET' } as const;

export async function codePage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const shop = await readShop(c);
  const [{ url }, accounts] = await Promise.all([readConnection(c, shop), readAccounts(c)]);
  const first = accounts.find(({ id }) => id === shop.accounts[0]);
  const facts = { url, shop: shop.id, currency: first?.currencies[0] ?? 'EUR' };
  return shopPage(c, {
    shop,
    tab: 'code',
    body: (
      <>
        <p>{t.codeText}</p>
        <section class="card">
          <ul class="plain">
            {(['apiKey', 'webhookSecret'] as const).map((kind) => (
              <li>
                <code>{VARIABLES[kind]}</code>: <a href={shopPath(shop.id, 'keys')}>{t.keys[kind]}</a>
              </li>
            ))}
          </ul>
        </section>
        <Tabs
          label={t.languages}
          tabs={SNIPPET_LANGUAGES.map((name) => ({ href: `#${name.toLowerCase()}`, text: name }))}
        />
        {SNIPPET_LANGUAGES.map((name) => (
          <section class="stack" aria-labelledby={name.toLowerCase()}>
            <h2 id={name.toLowerCase()}>{name}</h2>
            <CodeBlock view={view} text={SNIPPETS[name](facts)} label={t.programIn(name)} />
          </section>
        ))}
      </>
    ),
  });
}
