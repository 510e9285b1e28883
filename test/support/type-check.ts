import { join } from 'node:path';
import ts from 'typescript';

/** A type that examples use of a package that is not installed here. */
const REACT = `declare module 'react' {
  export function useSyncExternalStore<T>(subscribe: (changed: () => void) => () => void, snapshot: () => T, onServer?: () => T): T;
}`;

/** Gives what a strict compiler says of examples for pages that use the browser SDK, in files by name. Nothing when all is well. */
export function typeCheckForBrowser(examples: ReadonlyMap<string, string>): readonly string[] {
  const folder = join(process.cwd(), 'libs/browser/examples'); // nothing is written
  const files = new Map([...examples, ['react.d.ts', REACT]].map(([name, text]) => [join(folder, name!), text!]));
  const options: ts.CompilerOptions = {
    ...{
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ES2022,
    },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true, types: [] },
    ...{
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      moduleDetection: ts.ModuleDetectionKind.Force,
    },
    ...{ paths: { '@session-sync/browser': [join(process.cwd(), 'libs/browser/src/index.ts')] } },
  };
  const host = ts.createCompilerHost(options);
  const [sourceOf, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
  host.fileExists = (path) => files.has(path) || exists(path);
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    return text === undefined ? sourceOf(path, ...rest) : ts.createSourceFile(path, text, rest[0]);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${file?.fileName.slice(folder.length + 1) ?? ''}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
