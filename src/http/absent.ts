/**
 * Stands in for libraries that hono-openapi could load for schemas of other vendors: wrangler.toml points their
 * names here, because a bundler would take them along (zod alone is 400 KB), and ours are valibot's.
 */
throw new Error('this schema library is not part of countersign');
