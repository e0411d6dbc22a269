/**
 * Takes out of a source file what only people read. The build has made documents of it (documents.ts), and the Worker shows those. Without
 * it the Worker is 50 KiB smaller; with it beside the code, a folder reads as the protocol does.
 *
 * What goes, and why the Worker does not need it:
 *
 * - `told('words', schema)` is `schema`, and `v.metadata(...)` leaves a schema of the API: both are for the OpenAPI document alone.
 * - `documented({...})` keeps what decides (`DECIDING`); answers, errors, examples and words are for the document.
 * - `shown({...})` leaves a setting; `secret({...})` and `called({...})` keep that they are one, and lose their captions: GET /v1/providers
 *   answers from providers.json.
 * - `setup`, the countries and the end of a provider are in providers.json, and so are its capabilities, of which the Worker acts by
 *   `signedReturn` alone.
 * - A caption that a function of the file puts into one of these is an empty text where it is called.
 * - Why a signature proves something stays something, and loses its sentence.
 *
 * Lines stay where they are, so that the source map fits.
 */
import ts from 'typescript';

/** The parts of a route's description that the Worker acts by. */
const DECIDING = new Set(['auth', 'permission', 'unlimitedOnly', 'query']);

/** Calls that caption a setting. */
const CAPTIONED = new Set(['secret', 'called']);

/** Sentences of a proof, of which the Worker asks only whether they are there. */
const REASONS = new Set(['uniqueReading', 'requestIsNoAnswer']);

/** When a provider has ended, and where its merchants go on. */
const ENDINGS = new Set(['ended', 'successor']);

/** The type of a provider's recipes. */
const RECIPES = /^(?:Readonly<)?Record<string, Recipe</;

/** The recipes that a refused message is explained by (gateway/refusals.ts). */
const EXPLAINING = new Set(["'notification-signature'", "'return-signature'"]);

/** A file without any of these has nothing to take out. */
const TRACES =
  /\b(?:told|documented|metadata|shown|secret|called|setup|uniqueReading|requestIsNoAnswer|Recipe)\b/;

/** A stretch of a file, and what takes its place. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type Room = 'http' | 'providers';

function roomOf(path: string): Room | null {
  return (/\/src\/(http|providers)\//.exec(path)?.[1] as Room | undefined) ?? null;
}

function calleeOf(node: ts.Node): string | null {
  return ts.isCallExpression(node) ? node.expression.getText() : null;
}

/** One of several, with the comma after it. */
function without(list: ts.NodeArray<ts.Node>, node: ts.Node): Edit {
  const next = list[list.indexOf(node) + 1];
  return { from: node.getStart(), to: next ? next.getStart() : list.end, text: '' };
}

function nameOf(property: ts.ObjectLiteralElementLike): string {
  return property.name?.getText() ?? '';
}

/** Whether a part of a description is acted by, or may hold one that is. */
function decides(property: ts.ObjectLiteralElementLike): boolean {
  return ts.isSpreadAssignment(property)
    ? [...DECIDING].some((name) => property.getText().includes(name))
    : DECIDING.has(nameOf(property));
}

/** Calls of the schemas and routes of the API. */
function editsOfHttp(call: ts.CallExpression): readonly Edit[] {
  const [first, second] = call.arguments;
  const callee = calleeOf(call);
  if (callee === 'told' && first && second)
    return [
      { from: call.getStart(), to: second.getStart(), text: '(' },
      { from: second.end, to: call.end, text: ')' },
    ];
  if (callee === 'documented' && first && ts.isObjectLiteralExpression(first)) {
    const { properties } = first;
    return properties
      .filter((property) => !decides(property))
      .map((property) => without(properties, property));
  }
  return callee === 'v.pipe'
    ? call.arguments
        .filter((argument) => calleeOf(argument) === 'v.metadata')
        .map((argument) => without(call.arguments, argument))
    : [];
}

/** Calls in a provider's settings. */
function editsOfSettings(call: ts.CallExpression): readonly Edit[] {
  const callee = calleeOf(call);
  const [first] = call.arguments;
  if (callee !== null && CAPTIONED.has(callee) && first)
    return [{ from: first.getStart(), to: first.end, text: '{}' }];
  return callee === 'v.pipe'
    ? call.arguments
        .filter((argument) => calleeOf(argument) === 'shown')
        .map((argument) => without(call.arguments, argument))
    : [];
}

/** The texts in an expression, each as an empty one. */
function emptied(node: ts.Node): readonly Edit[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return [{ from: node.getStart(), to: node.end, text: "''" }];
  return node.getChildren().flatMap(emptied);
}

/** Named recipes: the Worker explains refused messages by two of them. The others are for vectors and the command line. */
function editsOfRecipes(variable: ts.VariableDeclaration): readonly Edit[] {
  const { type, initializer } = variable;
  const areRecipes = RECIPES.test(type?.getText() ?? '');
  if (!areRecipes || !initializer || !ts.isObjectLiteralExpression(initializer)) return [];
  const { properties } = initializer;
  return properties
    .filter((property) => !EXPLAINING.has(nameOf(property)) && !ts.isSpreadAssignment(property))
    .map((property) => without(properties, property));
}

/** Names that functions of a file have for a value that is only used in what goes. */
function unusedParameters(
  file: ts.SourceFile,
  edits: readonly Edit[],
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  const goes = (node: ts.Node) =>
    edits.some(({ from, to, text }) => text !== '(' && from <= node.getStart() && node.end <= to);
  const usesOf = (node: ts.Node, name: string): ts.Node[] =>
    ts.isIdentifier(node) && node.text === name
      ? [node]
      : node.getChildren().flatMap((child) => usesOf(child, name));
  const look = (name: string, { parameters, body }: ts.FunctionLikeDeclaration) => {
    const unused = parameters.flatMap(({ name: parameter }, index) =>
      body && ts.isIdentifier(parameter) && usesOf(body, parameter.text).every(goes) ? [index] : [],
    );
    if (unused.length > 0) found.set(name, unused);
  };
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) look(statement.name.text, statement);
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (initializer && ts.isArrowFunction(initializer) && ts.isIdentifier(name))
          look(name.text, initializer);
  }
  return found;
}

/** Texts that are handed to functions of the same file which do nothing with them any more. */
function editsOfArguments(file: ts.SourceFile, edits: readonly Edit[]): readonly Edit[] {
  const unused = unusedParameters(file, edits);
  const visit = (node: ts.Node): readonly Edit[] => {
    const own = ts.isCallExpression(node)
      ? (unused.get(node.expression.getText()) ?? []).flatMap((index) => {
          const argument = node.arguments[index];
          return argument ? emptied(argument) : [];
        })
      : [];
    return [...own, ...node.getChildren().flatMap(visit)];
  };
  return unused.size > 0 ? visit(file) : [];
}

function editsOfProperty(property: ts.PropertyAssignment): readonly Edit[] {
  const name = nameOf(property);
  const { initializer } = property;
  if (REASONS.has(name)) return emptied(initializer);
  if (name === 'countries' && ts.isArrayLiteralExpression(initializer))
    return [{ from: initializer.getStart(), to: initializer.end, text: '[]' }];
  if (ENDINGS.has(name) && (ts.isStringLiteral(initializer) || ts.isArrayLiteralExpression(initializer)))
    return [without(property.parent.properties, property)];
  if (name === 'capabilities' && ts.isObjectLiteralExpression(initializer)) {
    const { properties } = initializer;
    return properties
      .filter((property) => nameOf(property) !== 'signedReturn')
      .map((property) => without(properties, property));
  }
  return name === 'setup' && ts.isArrowFunction(initializer)
    ? [{ from: initializer.getStart(), to: initializer.end, text: 'null' }]
    : [];
}

function editsOf(node: ts.Node, room: Room): readonly Edit[] {
  const own = ts.isCallExpression(node)
    ? room === 'http'
      ? editsOfHttp(node)
      : editsOfSettings(node)
    : room === 'http'
      ? []
      : ts.isPropertyAssignment(node)
        ? editsOfProperty(node)
        : ts.isVariableDeclaration(node)
          ? editsOfRecipes(node)
          : [];
  const inner: Edit[] = [];
  node.forEachChild((child) => {
    inner.push(...editsOf(child, room));
  });
  return [...own, ...inner];
}

/**
 * The source of a file without what only people read.
 * @param path absolute.
 */
export function bare(path: string, source: string): string {
  const room = roomOf(path);
  if (room === null || !TRACES.test(source)) return source;
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found = editsOf(file, room);
  const edits = [...found, ...editsOfArguments(file, found)].toSorted(
    (a, b) => a.from - b.from || b.to - a.to,
  );
  let text = '';
  let at = 0;
  for (const edit of edits) {
    // Inside of what went already.
    if (edit.from < at) continue;
    const gone = source.slice(edit.from, edit.to);
    text += source.slice(at, edit.from) + edit.text + '\n'.repeat(gone.split('\n').length - 1);
    at = edit.to;
  }
  return text + source.slice(at);
}
