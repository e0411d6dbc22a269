/** What stands in the built document for what only a request tells. */
export const PLACEHOLDERS = {
  /** Where the service is reached from outside. */
  base: '{{base}}',
} as const;
