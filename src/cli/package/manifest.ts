/** The package.json of the published package: what its users need, and nothing of the workshop. */

/** Of the repository's own. */
export interface RepositoryManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** An import of the package, beside the types that editors read. */
const entry = (path: string) => ({ types: `./lib/${path}.d.ts`, default: `./lib/${path}.js` });

/**
 * The published manifest.
 * @param imported the packages that the built files import.
 * @throws Error when one of them is no dependency.
 */
export function publishedManifest(own: RepositoryManifest, imported: ReadonlySet<string>) {
  const { name, version, description, license } = own;
  const dependencies = [...imported].sort().map((dependency) => {
    const exact = own.dependencies[dependency];
    if (exact === undefined) throw new Error(`${dependency} is imported, and is no dependency`);
    return [dependency, exact] as const;
  });
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.11' },
    bin: { countersign: 'lib/cli/countersign.js' },
    exports: {
      './client': entry('client/index'),
      './testing': entry('client/testing'),
      './signing': entry('library/signing'),
      './providers/*': entry('library/providers/*'),
    },
    files: [
      'lib',
      'test/**/vectors.json',
      'docs/client.md',
      'docs/library.md',
      'examples/python/countersign.py',
      'examples/php/countersign.php',
    ],
    dependencies: Object.fromEntries(dependencies),
  };
}
