/** Where each brand of the platform is (SHEET.md, "Hosts"). Pages and API share the host. */
import type { Environment } from '../../payments/types.ts';

/**
 * By brand. Which of two names a CAWL contract gets is not documented: the account's `endpoints` name the other one
 * (`payment.preprod.cawl-solutions.fr`, `payment.cawl-solutions.fr`).
 */
export const WORLDLINE_HOSTS = {
  worldline: {
    test: 'https://payment.preprod.direct.worldline-solutions.com',
    production: 'https://payment.direct.worldline-solutions.com',
  },
  cawl: {
    test: 'https://payment.preprod.ca.cawl-solutions.fr',
    production: 'https://payment.ca.cawl-solutions.fr',
  },
} as const;

export type WorldlineBrand = keyof typeof WORLDLINE_HOSTS;

/** The origin of an account's API. Test and production are two contracts with their own keys. */
export function worldlineHost(brand: WorldlineBrand, environment: Environment): string {
  return WORLDLINE_HOSTS[brand][environment === 'production' ? 'production' : 'test'];
}
