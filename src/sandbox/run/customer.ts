/** The shopper of the demo: with all that the providers ask for. */
export const DEMO_CUSTOMER = {
  email: 'jane@example.com',
  firstName: 'Jane',
  lastName: 'Doe',
  address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
} as const;
