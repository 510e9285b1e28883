import { posix } from 'node:path';
import ts from 'typescript';
import type { LibIndexes } from './exported-names.js';

/** A built file whose libs are named by their paths, and what it imports. */
export interface Straightened {
  readonly text: string;
  /** files below `libs/`, as `session/src/ids.js` */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type Named = ts.ImportSpecifier | ts.ExportSpecifier;

/**
 * Writes in a built file, JavaScript or declarations, the file that declares a name in place of `#lib`: outside the repository nobody
 * knows what `#lib` is, and of a lib comes along only what is used.
 *
 * @param path below `libs/`
 * @throws Error for what can not be followed: `import * as`, `import('#lib')`
 */
export function straighten(path: string, text: string, indexes: LibIndexes): Straightened {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    const edit = editOf(node, path, indexes);
    if (edit !== undefined) edits.push(edit);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const straight = edits.reduceRight((sum, edit) => sum.slice(0, edit.from) + edit.text + sum.slice(edit.to), text);
  const specifiers = ts.preProcessFile(straight, true, true).importedFiles.map(({ fileName }) => fileName);
  const lost = specifiers.find((specifier) => specifier.startsWith('#'));
  if (lost !== undefined) throw new Error(`${path} imports ${lost} in a way that can not be followed`);
  const isFile = (specifier: string): boolean => specifier.startsWith('.');
  return {
    text: straight.replace(/^\/\/# sourceMappingURL=.*\n?/m, ''),
    files: specifiers.filter(isFile).map((specifier) => posix.join(posix.dirname(path), specifier)),
    packages: specifiers.filter((specifier) => !isFile(specifier) && !specifier.startsWith('node:')),
  };
}

function editOf(node: ts.Node, path: string, indexes: LibIndexes): Edit | undefined {
  if (ts.isImportTypeNode(node)) return editOfType(node, path, indexes);
  if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return undefined;
  const lib = libOf(node.moduleSpecifier);
  const names = namesOf(node);
  if (lib === undefined || names === undefined) return undefined;
  const word = ts.isImportDeclaration(node) ? 'import' : 'export';
  const type = isTypeOnly(node) ? ' type' : '';
  const placeOf = (named: Named): string => indexes.placeOf(lib, (named.propertyName ?? named.name).text);
  const lines = names.map((named) => `${word}${type} { ${named.getText()} } from '${wayTo(placeOf(named), path)}';`);
  return { from: node.getStart(), to: node.getEnd(), text: lines.join('\n') };
}

function editOfType({ argument, qualifier }: ts.ImportTypeNode, path: string, indexes: LibIndexes): Edit | undefined {
  const literal = ts.isLiteralTypeNode(argument) ? argument.literal : undefined;
  const lib = libOf(literal);
  if (lib === undefined || literal === undefined || qualifier === undefined) return undefined;
  const place = indexes.placeOf(lib, firstOf(qualifier));
  return { from: literal.getStart(), to: literal.getEnd(), text: `'${wayTo(place, path)}'` };
}

function firstOf(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : firstOf(name.left);
}

function libOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteral(node) && node.text.startsWith('#') ? node.text.slice(1) : undefined;
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly Named[] | undefined {
  const clause = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  return clause !== undefined && (ts.isNamedImports(clause) || ts.isNamedExports(clause)) ? clause.elements : undefined;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  return ts.isExportDeclaration(node)
    ? node.isTypeOnly
    : node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function wayTo(place: string, path: string): string {
  const way = posix.relative(posix.dirname(path), place);
  return way.startsWith('.') ? way : `./${way}`;
}
