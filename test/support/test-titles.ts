/** Titles of the tests in a file, read from its syntax: comments and skipped tests are none. */
import ts from "typescript";

const SUITES = ["describe", "suite"];
const TESTS = ["test", "it"];
/** Modifiers that keep a test from running, or from being believed. */
const IDLE = ["skip", "todo", "fails"];

/** The full title of each test, which begins with the titles of its suites. */
export function testTitles(source: string): string[] {
  const file = ts.createSourceFile("a.test.ts", source, ts.ScriptTarget.Latest);
  return titlesIn(file, []);
}

function titlesIn(node: ts.Node, around: readonly string[]): string[] {
  const call = ts.isCallExpression(node) ? readCall(node) : undefined;
  if (call === undefined) return childrenOf(node).flatMap((child) => titlesIn(child, around));
  if (call.words.some((word) => IDLE.includes(word))) return [];
  const titles = [...around, call.title];
  if (TESTS.includes(call.words[0] ?? "")) return [titles.join(" ")];
  return call.given.flatMap((argument) => titlesIn(argument, titles));
}

/** `describe.each(cases)("title", …)` is the words `describe` and `each`, and the title. */
function readCall({ expression, arguments: given }: ts.CallExpression) {
  const [first] = given;
  if (first === undefined || !ts.isStringLiteralLike(first)) return undefined;
  const words = wordsOf(expression);
  const isOne = [...SUITES, ...TESTS].includes(words[0] ?? "");
  return isOne ? { words, title: first.text, given } : undefined;
}

function wordsOf(node: ts.Expression): string[] {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node)) return [...wordsOf(node.expression), node.name.text];
  return ts.isCallExpression(node) ? wordsOf(node.expression) : [];
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return children;
}
