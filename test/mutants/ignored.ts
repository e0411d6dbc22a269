/**
 * What is not mutated: texts that people read. A test that compares the words of every error would have to be changed with each of them, and
 * would find no fault.
 */
import type { Ignorer } from '@stryker-mutator/api/ignore';
import type { babel } from '@stryker-mutator/instrumenter';

type Node = babel.NodePath['node'];

/** Whose arguments are texts for people. */
const SAID_BY = new Set(['Error', 'TypeError', 'RangeError', 'Problem', 'Refusal', 'Declined', 'malformed']);

function isOfConsole(node: Node): boolean {
  return (
    node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    node.callee.object.type === 'Identifier' &&
    node.callee.object.name === 'console'
  );
}

/** Whether a call or `new` says something to people. */
function isSaying(node: Node): boolean {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false;
  return isOfConsole(node) || (node.callee.type === 'Identifier' && SAID_BY.has(node.callee.name));
}

export const ignored: Ignorer = {
  shouldIgnore(path) {
    // Stryker's own type of a path is empty; what it hands over is Babel's.
    const { node, parent } = path as babel.NodePath;
    if (isOfConsole(node)) return 'a line of the log';
    const isText = node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
    return isText && parent && isSaying(parent) ? 'a text for people' : undefined;
  },
};
