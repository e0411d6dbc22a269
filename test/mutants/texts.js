/**
 * A plugin of Stryker's: what people read is not mutated. A test that compares the words of every error would have to be changed with each
 * of them, and would find no fault.
 */

/** Whose arguments are texts for people. */
const SAID_BY = new Set(['Error', 'TypeError', 'RangeError', 'Problem', 'Refusal', 'Declined', 'malformed']);

/** @param {{ type: string }} node */
function isText({ type }) {
  return type === 'StringLiteral' || type === 'TemplateLiteral';
}

/** Whether a call or `new` says something to people. @param {{ type: string, callee?: any }} node */
function isSaying({ type, callee }) {
  if (type !== 'CallExpression' && type !== 'NewExpression') return false;
  if (callee.type === 'MemberExpression') return callee.object.name === 'console';
  return SAID_BY.has(callee.name);
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: {
      /** @param {{ node: any, parent: any, findParent: (test: (path: any) => boolean) => unknown }} path */
      shouldIgnore(path) {
        if (path.node.type === 'CallExpression' && path.node.callee.object?.name === 'console')
          return 'a line of the log';
        if (isText(path.node) && path.parent && isSaying(path.parent)) return 'a text for people';
        return undefined;
      },
    },
  },
];
