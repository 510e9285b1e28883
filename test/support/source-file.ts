import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One source file: its path from the repository's root with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const NOT_OURS = ['node_modules', 'generated', 'dist'];

/** Reads every TypeScript and JavaScript file under `folders`, but nothing generated. */
export function readSources(root: string, folders: readonly string[]): readonly SourceFile[] {
  const walk = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : walk(path);
      return /\.(?:m?ts|m?js|tsx)$/.test(entry.name) ? [path] : [];
    });
  return folders.flatMap(walk).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The app or the lib that a file belongs to, as `apps/notes` or `libs/oidc`; undefined outside both. */
export function partOf(path: string): string | undefined {
  return /^(?:apps|libs)\/[^/]+/.exec(path)?.[0];
}

/** Whether a file is shipped: not a test, nor support of one. */
export function isShipped(path: string): boolean {
  return /^(?:apps|libs)\/[^/]+\/src\//.test(path) && !path.endsWith('.spec.ts');
}

/** Gives what a file imports, in every way there is: import, export from, import type, import(), require(). */
export function importsOf({ text }: SourceFile): readonly string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Gives the package, the lib or the built-in that a specifier names: `@nats-io/x/y` is `@nats-io/x`. */
export function packageOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

/** Gives every node of a file, comments and strings apart from code. */
export function nodesOf({ path, text }: SourceFile): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return nodes;
}
