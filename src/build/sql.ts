/** Takes line breaks and indentation out of statements in SQL: they are for whoever reads the source. */
import ts from 'typescript';

/** How a statement, or a part of one, begins. */
const SQL =
  /^`\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|UNION|FROM|WHERE|LEFT JOIN|ON CONFLICT|ORDER BY|GROUP BY)\b/;

/** A break with what is around it. Neither a comment nor a quoted text of ours goes over a line. */
const BREAK = /\s*\n\s*/g;

/** The source of a file with its statements on one line each. What follows them stays on its line, so that the source map fits. */
export function withFlatSql(path: string, source: string): string {
  if (!/`\s*[A-Z]{4,}/.test(source)) return source;
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  let text = '';
  let at = 0;
  const flatten = (token: ts.Node) => {
    const written = token.getText();
    const breaks = written.split('\n').length - 1;
    // After the token stands what belongs to no text: the end of a statement, or the expression in it.
    text += source.slice(at, token.getStart()) + written.replace(BREAK, ' ') + '\n'.repeat(breaks);
    at = token.end;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNoSubstitutionTemplateLiteral(node)) {
      if (SQL.test(node.getText())) flatten(node);
      return;
    }
    if (!ts.isTemplateExpression(node) || !SQL.test(node.getText())) {
      node.forEachChild(visit);
      return;
    }
    flatten(node.head);
    for (const span of node.templateSpans) {
      visit(span.expression);
      flatten(span.literal);
    }
  };
  visit(file);
  return text + source.slice(at);
}
