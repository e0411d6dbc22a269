/** The editions of Lyra's platform that are providers of their own. Every account may name another brand of the platform. */
import { lyraPlatform } from './index.ts';

/** The edition of the French BPCE banks. */
export const systempay = lyraPlatform({
  id: 'systempay',
  aliases: ['systempayv2'],
  caption: 'SystemPay (Banque Populaire, Caisse d’Épargne, Natixis) and other brands of Lyra',
  countries: ['FR'],
  brand: 'systempay',
});

/** Lyra's own brand. Europe, Latin America, Brazil and India have separate hosts and accounts (the setting `brand`). */
export const payzen = lyraPlatform({
  id: 'payzen',
  aliases: [],
  caption: 'PayZen (Lyra)',
  countries: ['FR', 'DE', 'IT', 'ES', 'AR', 'CO', 'PE', 'MX', 'BR', 'IN'],
  brand: 'payzen',
});
