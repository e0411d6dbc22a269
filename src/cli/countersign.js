#!/usr/bin/env node
/** The command `countersign`: runs the TypeScript of main.ts as it is. ECommPay's signature needs Node 22: older ones lose its numbers. */
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';
import { isNewEnough, runNewerNode } from './bundled-node.js';

if (isNewEnough(process.version)) {
  register();
  await import('./main.ts');
} else {
  try {
    process.exitCode = await runNewerNode([fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
