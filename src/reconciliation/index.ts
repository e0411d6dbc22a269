/** The Worker of reconciliation: its Durable Object alone, which the signing Worker calls. No route leads here. */
import { ReconciliationObject } from './object.ts';

export class Reconciliation extends ReconciliationObject {}

export default {
  fetch: () => new Response('Not found', { status: 404 }),
} satisfies ExportedHandler;
