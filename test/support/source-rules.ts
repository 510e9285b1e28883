import { posix } from 'node:path';
import ts from 'typescript';
import { importsOf, isShipped, nodesOf, packageOf, partOf, type SourceFile } from './source-file.js';

/** What one lib may import. The keys are `#lib` or names of packages, the values say what for. */
export type Allowed = Readonly<Record<string, string>>;

/** A rule: gives a sentence for each breach in a file. */
export type Rule = (file: SourceFile) => readonly string[];

/** No relative import leaves the app or the lib; nobody imports an app, or a lib past its index. Tests may use `test/`. */
export const staysInItsPart: Rule = (file) => {
  const home = partOf(file.path);
  return importsOf(file).flatMap((specifier) => {
    if (specifier.startsWith('#'))
      return specifier.includes('/') ? [`${specifier} reaches past the index of a lib`] : [];
    if (/^(?:apps|libs)\/|^(?:\/|file:)/.test(specifier)) return [`${specifier} is no way to name an app or a lib`];
    if (!specifier.startsWith('.') || home === undefined) return [];
    const target = posix.join(posix.dirname(file.path), specifier);
    const allowed = target.startsWith(`${home}/`) || (!isShipped(file.path) && target.startsWith('test/'));
    return allowed ? [] : [`${specifier} leaves ${home}`];
  });
};

/** A shipped file of a lib imports what the table grants to it. `node:` built-ins are free except in `pure` libs. */
export function importsWhatIsGranted(grants: Readonly<Record<string, Allowed>>, pure: readonly string[]): Rule {
  return (file) => {
    const lib = /^libs\/([^/]+)/.exec(file.path)?.[1];
    if (lib === undefined || !isShipped(file.path)) return [];
    const granted = grants[lib];
    if (granted === undefined) return [`the lib ${lib} is not in the table`];
    return importsOf(file)
      .filter((specifier) => !specifier.startsWith('.'))
      .filter((specifier) => pure.includes(lib) || !specifier.startsWith('node:'))
      .map(packageOf)
      .filter((name) => !Object.hasOwn(granted, name))
      .map((name) => `${lib} may not import ${name}`);
  };
}

const OUTSIDE_WORLD = ['fetch', 'process', 'performance', 'globalThis', 'console', 'WebSocket', 'XMLHttpRequest'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

/** Pure code knows neither time nor chance nor the outside world; `randomBytes` of `node:crypto` makes secrets. */
export function thinksOnly(pure: readonly string[]): Rule {
  return (file) => {
    if (!isShipped(file.path) || !pure.some((lib) => file.path.startsWith(`libs/${lib}/`))) return [];
    return nodesOf(file).flatMap((node) => {
      if (isGlobal(node, [...OUTSIDE_WORLD, ...TIMERS])) return [`${node.getText()} is not for pure code`];
      if (/^(?:Date\.now|Math\.random)$/.test(memberText(node))) return [`${memberText(node)} is not for pure code`];
      const isNow = ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length;
      return isNow ? ['new Date() asks the clock'] : [];
    });
  };
}

/** Only `main.ts` knows the process. `mayEnd` may write to its streams and end it, but not read what it was started with. */
export function leavesTheProcessToMain(mayEnd: readonly string[]): Rule {
  return (file) => {
    if (!isShipped(file.path) || /^apps\/[^/]+\/src\/main\.ts$/.test(file.path)) return [];
    const imported = importsOf(file).includes('node:process') ? ['imports node:process'] : [];
    const used = nodesOf(file)
      .filter((node) => isGlobal(node, ['process']))
      .map((node) => memberText(node.parent) || 'process')
      .filter((text) => !(mayEnd.includes(file.path) && /^process\.(?:exit|stdout|stderr)$/.test(text)));
    return [...imported, ...used.map((text) => `${text} is for main.ts`)];
  };
}

/** No folder is a drawer for anything. */
export const hasNoDrawers: Rule = ({ path }) =>
  path
    .split('/')
    .slice(0, -1)
    .filter((folder) => /^(?:common|shared|utils?|helpers?|misc|lib)$/i.test(folder))
    .map((folder) => `the folder ${folder} says nothing`);

/** A file has at most 250 lines. */
export const isShort: Rule = ({ text }) => {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > 250 ? [`${lines} lines; a file moves before it grows beyond 250`] : [];
};

const EMPTY_WORDS = /^(?:manager|helper|util|common|base|data|info)s?$/i;

/** Neither a file nor a class, interface or type of shipped code ends in a word that says nothing. */
export const saysWhatItIs: Rule = (file) => {
  if (!isShipped(file.path)) return [];
  const fileWords = posix
    .basename(file.path)
    .split('.')
    .map((part) => part.split('-').at(-1) ?? '');
  const typeNames = nodesOf(file).flatMap((node) =>
    ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
      ? [node.name?.text ?? '']
      : [],
  );
  const emptyTypes = typeNames.filter((name) => EMPTY_WORDS.test(/[A-Z][a-z0-9]*$/.exec(name)?.[0] ?? ''));
  return [
    ...fileWords.filter((word) => EMPTY_WORDS.test(word)).map((word) => `the file's name ends in ${word}`),
    ...emptyTypes.map((name) => `${name} ends in a word that says nothing`),
  ];
};

/** Whether a node names a global: not a member, a key or a declaration of the same name. */
function isGlobal(node: ts.Node, names: readonly string[]): boolean {
  if (!ts.isIdentifier(node) || !names.includes(node.text)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  const isKey = ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent);
  return !(isKey && parent.name === node) && !ts.isPropertySignature(parent) && !ts.isMethodSignature(parent);
}

/** Gives `a.b`, also of `a['b']`; empty for any other node. */
function memberText(node: ts.Node): string {
  if (ts.isPropertyAccessExpression(node)) return `${node.expression.getText()}.${node.name.text}`;
  if (!ts.isElementAccessExpression(node)) return '';
  const { argumentExpression: key } = node;
  return `${node.expression.getText()}.${ts.isStringLiteralLike(key) ? key.text : '?'}`;
}
