/** Code for planted mutants that only a Durable Object runs. */
import { DurableObject } from 'cloudflare:workers';

/** Counts up to a limit. */
export class PlantedObject extends DurableObject {
  #count = 0;

  /** Counts on, unless it has counted two. @returns the count. */
  next(): number {
    if (this.#count < 2) this.#count += 1;
    return this.#count;
  }
}
