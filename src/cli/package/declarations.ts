/** One declaration file for an entry and everything that it takes from its neighbours: it imports nothing. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

function parsed(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The file that a relative specifier of a declaration file leads to. */
function fileOf(from: string, specifier: string): string {
  return join(dirname(from), specifier.replace(/\.[jt]s$/, '.d.ts'));
}

function specifierOf(statement: ts.Statement): string | null {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return null;
  const { moduleSpecifier } = statement;
  return moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : null;
}

const isExported = (statement: ts.Statement) =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

const isType = (statement: ts.Statement) =>
  ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);

/** The names that a file declares and exports, each as it stands in an export list. */
function ownExports(source: ts.SourceFile): string[] {
  return source.statements
    .filter(isExported)
    .flatMap((statement) =>
      declaredNames(statement).map((name) => (isType(statement) ? `type ${name}` : name)),
    );
}

/** What an entry exports: its own, and what it passes on. */
function exportsOfEntry(source: ts.SourceFile): string[] {
  const passedOn = source.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
    const { exportClause, isTypeOnly } = statement;
    const specifier = specifierOf(statement);
    if (!exportClause && specifier) return ownExports(parsed(fileOf(source.fileName, specifier)));
    if (!exportClause || !ts.isNamedExports(exportClause)) return [];
    return exportClause.elements.map((element) => {
      const text = element.getText();
      return isTypeOnly && !text.startsWith('type ') ? `type ${text}` : text;
    });
  });
  return [...new Set([...ownExports(source), ...passedOn])].sort();
}

/** The text of a file without its imports, its exports of others, and the word `export`. */
function declarationsOf(source: ts.SourceFile): string {
  return source.statements
    .filter((statement) => !ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement))
    .map((statement) => statement.getFullText().replace(/^((?:\s|\/\*[\s\S]*?\*\/)*)export /, '$1'))
    .map((text) =>
      /^(?:\s|\/\*[\s\S]*?\*\/)*(?:interface|type|declare) /.test(text)
        ? text
        : `declare ${text.trimStart()}`,
    )
    .join('');
}

/**
 * The declarations of an entry in one text.
 * @throws Error when something comes from a package.
 */
export function bundledDeclarations(entry: string): string {
  const seen = new Map<string, ts.SourceFile>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    const source = parsed(file);
    seen.set(file, source);
    for (const specifier of source.statements.map(specifierOf)) {
      if (specifier === null) continue;
      if (!specifier.startsWith('.')) throw new Error(`${file} imports ${specifier}`);
      visit(fileOf(file, specifier));
    }
  };
  visit(entry);
  const texts = [...seen.values()].map(declarationsOf).filter((text) => text.trim() !== '');
  const [source] = [...seen.values()];
  return `${texts.join('\n')}\nexport { ${source ? exportsOfEntry(source).join(', ') : ''} };\n`;
}
