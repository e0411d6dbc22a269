/** The key of the simulated platform's webhooks. It was made for the sandbox and is worth nothing elsewhere. */

export const SANDBOX_KEY_ID = 'sandbox-5e1f0a77-0c1e-4f6a-9a55-2b8f6d3c9e10';

/** SubjectPublicKeyInfo in base64. */
export const CHECKOUT_PUBLIC_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE82Qc1zTXbwd6h/FRXV7FlvYq3LVsJZZL6x2xpY5Xc6nYBN3lGPUOKOK9UD5ZBV6IEqbLtJiJEeXsL6Ya3XsNGQ==';

export const SANDBOX_PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgac73KL8btRkD7xIr
VE2eTQiaP8iqz5Riyc7PAl1qM1OhRANCAATzZBzXNNdvB3qH8VFdXsWW9irctWwl
lkvrHbGljldzqdgE3eUY9Q4o4r1QPlkFXogSpsu0mIkR5ewvphrdew0Z
-----END PRIVATE KEY-----
`;
