import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { typeCheckForBrowser } from './support/type-check.js';

const PAGES = ['docs/browser.md', 'libs/browser/package/README.md'] as const;
const read = (path: string) => readFile(path, 'utf8');

/** The TypeScript of a page, by file name: its place among the examples. */
function examplesOf(page: string): ReadonlyMap<string, string> {
  const found = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = '']) => text);
  return new Map(found.map((text, at) => [`example-${at + 1}.ts`, text]));
}

/** The names of an exported type's members. */
async function membersOf(file: string, type: string): Promise<readonly string[]> {
  const source = ts.createSourceFile(file, await read(file), ts.ScriptTarget.Latest);
  const found = source.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === type);
  return found?.members.map(({ name }) => (name !== undefined && ts.isIdentifier(name) ? name.text : '')) ?? [];
}

describe('the documentation of the browser SDK', () => {
  it('has examples that compile, strictly, and would say so if one did not', async () => {
    const wrong = "import { createSession } from '@session-sync/browser';\ncreateSession({ gatway: '/' });\n";
    const pages = await Promise.all(PAGES.map(read));
    const examples = pages.map(examplesOf);
    expect(examples.map(({ size }) => size > 0)).toEqual([true, true]);
    const all = new Map([
      ['wrong.ts', wrong],
      ...examples.flatMap((each, page) => [...each].map(([name, text]) => [`page-${page}-${name}`, text] as const)),
    ]);
    expect(typeCheckForBrowser(all)).toEqual([expect.stringMatching(/^wrong\.ts:2 .*gatway/)]);
  });

  it.each([
    ['libs/browser/src/gateway/session.ts', 'SessionOptions', '## Gateway mode'],
    ['libs/browser/src/direct/session.ts', 'DirectOptions', '## Direct mode'],
    ['libs/browser/src/accounts/options.ts', 'AccountsOptions', '## A credential by three calls'],
  ])('has every option in a table: %s', async (file, type, heading) => {
    const [, section = ''] = (await read('docs/browser.md')).split(heading);
    const members = await membersOf(file, type);
    expect(members.length).toBeGreaterThan(3);
    expect(members.filter((name) => !section.split('\n## ')[0]?.includes(`| \`${name}\``))).toEqual([]);
  });

  it('has every outcome', async () => {
    const page = await read('docs/browser.md');
    const [, words = ''] = /export type Outcome =(.*?);/s.exec(await read('libs/browser/src/outcome.ts')) ?? [];
    const outcomes = [...words.matchAll(/'(\w+)'/g)].map(([, word = '']) => word);
    expect(outcomes.length).toBeGreaterThan(10);
    expect(outcomes.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
  });

  it('describes every function and type that the SDK exports, where it is declared', () => {
    const program = ts.createProgram(['libs/browser/src/index.ts'], {
      noEmit: true,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    });
    const checker = program.getTypeChecker();
    const index = program.getSourceFile('libs/browser/src/index.ts')!;
    const exported = checker
      .getExportsOfModule(checker.getSymbolAtLocation(index)!)
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
    expect(exported.length).toBeGreaterThan(8);
    expect(
      exported.filter((symbol) => symbol.getDocumentationComment(checker).length === 0).map(({ name }) => name),
    ).toEqual([]);
  });
});
