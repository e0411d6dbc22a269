/** SystemPay, the edition of Lyra's platform of the French BPCE banks (lyra.ts). */
import { lyraPlatform } from './index.ts';

export const systempay = lyraPlatform({
  id: 'systempay',
  aliases: ['systempayv2'],
  caption: 'SystemPay (Banque Populaire, Caisse d’Épargne, Natixis) and other brands of Lyra',
  countries: ['FR'],
  brand: 'systempay',
});
