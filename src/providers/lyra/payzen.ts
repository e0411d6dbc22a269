/** PayZen, Lyra's own brand of its platform (lyra.ts): Europe, Latin America, Brazil and India have separate hosts. */
import { lyraPlatform } from './index.ts';

export const payzen = lyraPlatform({
  id: 'payzen',
  aliases: [],
  caption: 'PayZen (Lyra)',
  countries: ['FR', 'DE', 'IT', 'ES', 'AR', 'CO', 'PE', 'MX', 'BR', 'IN'],
  brand: 'payzen',
});
