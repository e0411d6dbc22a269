/** The settings of the sandbox account of each provider. */
import { SANDBOX_PUBLIC_KEY } from './banks/paybox.ts';
import { SANDBOX_ROOT_CERTIFICATE } from './banks/tpay-keys.ts';

interface DemoAccount {
  readonly currencies: readonly string[];
  readonly settings: Readonly<Record<string, string | number>>;
}

/**
 * By provider. The passphrases are as long as the real ones have to be. One that is no published key of the provider begins with `demo-`:
 * an account in production takes neither.
 */
export const DEMO_ACCOUNTS: Readonly<Record<string, DemoAccount>> = {
  dummy: {
    currencies: ['EUR'],
    settings: { dummy_service_url: 'https://bank.example/dummy/', siret: '1234', origin: 'Demo shop' },
  },
  ecommpay: {
    currencies: ['EUR', 'USD', 'GBP', 'JPY'],
    settings: { project_id: 112, secret_key: 'demo-ecommpay-secret-key' },
  },
  ogone: {
    currencies: ['EUR', 'USD', 'GBP', 'CHF'],
    settings: {
      pspid: 'DemoOgone',
      sha_in: 'demo-ogone-sha-in-phrase!',
      sha_out: 'demo-ogone-sha-out-phrase?',
      hash_algorithm: 'sha512',
      userid: 'api_user',
      pswd: 'demo-api-pass-9!',
    },
  },
  paybox: {
    currencies: ['EUR'],
    settings: {
      site: '1999888',
      rang: '32',
      identifiant: '2',
      hmac_key: '0123456789ABCDEF'.repeat(8),
      public_key: SANDBOX_PUBLIC_KEY,
      billing_first_name: 'Demo',
      billing_last_name: 'Shopper',
      billing_address: '1 place de la Bourse',
      billing_zipcode: '75002',
      billing_city: 'Paris',
      billing_country: 'FR',
      billing_phone: '+33600000000',
    },
  },
  payzen: {
    currencies: ['EUR', 'JPY'],
    settings: {
      site_id: '69876357',
      key: 'demo-payzen-key-',
      signature_algorithm: 'sha-1',
      rest_password: 'testpassword_demo-payzen',
    },
  },
  postfinance: {
    currencies: ['CHF', 'EUR'],
    settings: {
      pspid: 'DemoPostTEST',
      sha_in: 'demo-postfinance-sha-in!',
      sha_out: 'demo-postfinance-sha-out?',
      userid: 'api_user',
      pswd: 'demo-api-pass-9!',
    },
  },
  sips: {
    currencies: ['EUR'],
    settings: {
      merchant_id: '014213245611111',
      bridgeUrl: 'https://bridge.bank-demo.com/sips-bridge',
      bridgeSecret: 'demo-sips-bridge-secret',
    },
  },
  sips2: {
    currencies: ['EUR'],
    settings: { merchant_id: '002001000000001', secret_key: '002001000000001_KEY1' },
  },
  spplus: {
    currencies: ['EUR'],
    settings: {
      cle: '58 6d fc 9c 34 91 9b 86 3f fd 64 63 c9 13 4a 26 ba 29 74 1e c7 e9 80 79',
      siret: '00000000000001-01',
    },
  },
  systempay: {
    currencies: ['EUR'],
    settings: { site_id: '12345678', key: 'demo-systempay-k', rest_password: 'testpassword_demo-systempay' },
  },
  tipi: {
    currencies: ['EUR'],
    settings: { numcli: '090909' },
  },
  dotpay: {
    currencies: ['PLN', 'EUR'],
    settings: {
      id: '765432',
      PIN: 'Q7xTzP2mNk8LwV5rYbH3dJ6s',
      login: 'demo@shop.example',
      password: 'demo-panel-password',
    },
  },
  epaydk: {
    currencies: ['DKK', 'EUR'],
    settings: {
      merchantnumber: '8012345',
      secret: '4e89ea552f492d6711a6c13f99a2a1d4',
      webservice_password: 'demo-webservice',
    },
  },
  przelewy24: {
    currencies: ['PLN', 'EUR'],
    settings: { merchant_id: '65432', crc: '9f8e7d6c5b4a3f21', api_key: '00112233445566778899aabbccddeeff' },
  },
  payu: {
    currencies: ['PLN', 'EUR'],
    settings: {
      pos_id: '300746',
      second_key: 'b6ca15b0d1020e8094d9b5f8d163db54',
      client_secret: '2ee86a66e5d97e3fadc400c9f19b065d',
    },
  },
  moip: {
    currencies: ['BRL'],
    settings: {
      token: '01010101010101010101010101010101',
      key: 'ABABABABABABABABABABABABABABABABABABABAB',
    },
  },
  paymill: {
    currencies: ['EUR', 'CHF'],
    settings: {
      public_key: '8a8394c140cfd5a4014cfd5e1d7b0001',
      private_key: '7f0d0b2a1c9e4d5f8a6b3c2d1e0f9a8b',
    },
  },
  assist: {
    currencies: ['RUB', 'EUR'],
    settings: { merchant_id: '679471', salt: 's3cr3t-w0rd', login: 'demo-shop', password: 'demo-password' },
  },
  tpay: {
    currencies: ['PLN'],
    settings: {
      id: '1010',
      code: 'demo5ecur1tyC0de',
      client_id: '1010-demo',
      client_secret: 'demo-tpay-client-secret',
      root_cert_pem: SANDBOX_ROOT_CERTIFICATE,
    },
  },
  worldline: {
    currencies: ['EUR', 'GBP', 'JPY'],
    settings: {
      merchant_id: 'DemoWorldline',
      api_key_id: 'DEMO0API0KEY0001',
      api_secret: 'demo-worldline-api-secret-of-the-sandbox',
      webhook_key_id: 'demo-webhook-key-1',
      webhook_secret: 'demo-worldline-webhook-secret',
    },
  },
  'postfinance-checkout': {
    currencies: ['CHF', 'EUR'],
    settings: {
      space_id: '31415',
      user_id: '2718',
      application_key: 'ZGVtbyBrZXkgb2YgY291bnRlcnNpZ24sIDMyIGJ5dGU=',
    },
  },
  wallee: {
    currencies: ['CHF', 'EUR', 'JPY'],
    settings: {
      space_id: '27182',
      user_id: '3141',
      application_key: 'ZGVtbyBrZXkgb2YgY291bnRlcnNpZ24sIDMyIGJ5dGU=',
    },
  },
  monetico: {
    currencies: ['EUR'],
    settings: {
      tpe: '0000001',
      societe: 'demoboutique',
      key: '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567',
    },
  },
  paynow: {
    currencies: ['PLN'],
    settings: {
      // The vendor's public sandbox.
      api_key: '97a55694-5478-43b5-b406-fb49ebfdd2b5',
      signature_key: 'b305b996-bca5-4404-a0b7-2ccea3d2b64b',
    },
  },
};
