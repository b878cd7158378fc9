// The types of the pages: what `tsc -p .` says, and what it lets pass: a value that is any thing at
// all, a promise that nobody waits for, a fault that is silenced without a reason.
//
//   NODE_PATH=/usr/share/nodejs node tools/pages/types.mjs [tsconfig.json]

import { createRequire } from "node:module";
import { relative, resolve } from "node:path";

const require = createRequire(import.meta.url);
const ts = require("typescript");

const SILENCED = /@ts-(ignore|nocheck|expect-error(?!: \S+ \S+))/;
const config = process.argv[2] ?? "tsconfig.json";
const faults = [];
const parsed = ts.getParsedCommandLineOfConfigFile(resolve(config), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: said });
const program = ts.createProgram(parsed.fileNames, parsed.options);
const checker = program.getTypeChecker();

function said({ file, start, messageText }) {
  const text = ts.flattenDiagnosticMessageText(messageText, " ");
  faults.push(file ? `${place(file, start)}: ${text}` : text);
}

function place(file, start) {
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return `${relative(process.cwd(), file.fileName)}:${line + 1}:${character + 1}`;
}

/** Whether what is any here is said to be something: by a cast, or by what it is kept in. */
function isSaid(node) {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return ts.getJSDocTypeTag(parent) !== undefined;
  return ts.isVariableDeclaration(parent) && parent.initializer === node && ts.getJSDocTypeTag(parent) !== undefined;
}

/** Whether it is the name of a property, which has no type of its own. */
const isName = (node) => ts.isBindingElement(node.parent) && node.parent.propertyName === node;

/** Whether somebody hears of a promise's fault: `.catch(…)`, or a `.then` with two. */
const isHeard = (call) => ts.isCallExpression(call) && ts.isPropertyAccessExpression(call.expression)
  && (call.expression.name.text === "catch" || (call.expression.name.text === "then" && call.arguments.length === 2));

function look(node) {
  if (ts.isExpressionNode(node) || ts.isIdentifier(node)) {
    const type = checker.getTypeAtLocation(node);
    if (type.flags & ts.TypeFlags.Any && !isName(node)) {
      if (!isSaid(node)) tell(node, "any");
      return;
    }
  }
  if (ts.isExpressionStatement(node) && !isHeard(node.expression)) {
    const type = checker.getTypeAtLocation(node.expression);
    if (checker.getPropertyOfType(type, "then")) tell(node, "a promise that nobody waits for");
  }
  ts.forEachChild(node, look);
}

function tell(node, what) {
  faults.push(`${place(node.getSourceFile(), node.getStart())}: ${what}: ${node.getText().split("\n")[0].slice(0, 60)}`);
}

for (const diagnostic of [...parsed.errors, ...ts.getPreEmitDiagnostics(program)]) said(diagnostic);
for (const file of program.getSourceFiles()) {
  if (file.isDeclarationFile) continue;
  ts.forEachChild(file, look);
  const silenced = SILENCED.exec(file.text);
  if (silenced) faults.push(`${place(file, silenced.index)}: expected a reason beside ${silenced[0]}`);
}
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length ? 1 : 0;
