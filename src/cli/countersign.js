#!/usr/bin/env node
/** The command `countersign`: runs the TypeScript of main.ts as it is. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
