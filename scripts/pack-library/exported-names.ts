import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

/** Where a name that a lib exports is declared: a file below `libs/`, as `session/src/ids.js`. */
export type ExportedNames = ReadonlyMap<string, string>;

/** Tells where the names of libs come from, by their built indexes in `libs`. */
export class LibIndexes {
  private readonly known = new Map<string, ExportedNames>();

  constructor(private readonly libs: string) {}

  /** @throws Error when the lib exports no such name, or in a way that can not be followed */
  placeOf(lib: string, name: string): string {
    const place = this.namesOf(lib).get(name);
    if (place === undefined) throw new Error(`#${lib} exports no ${name}`);
    return place;
  }

  private namesOf(lib: string): ExportedNames {
    const known = this.known.get(lib) ?? this.read(lib);
    this.known.set(lib, known);
    return known;
  }

  private read(lib: string): ExportedNames {
    const index = `${lib}/src/index.d.ts`;
    const text = readFileSync(posix.join(this.libs, index), 'utf8');
    const { statements } = ts.createSourceFile(index, text, ts.ScriptTarget.Latest, true);
    return new Map(
      statements.filter(ts.isExportDeclaration).flatMap(({ exportClause, moduleSpecifier }) => {
        if (exportClause === undefined || !ts.isNamedExports(exportClause)) throw new Error(`${index} exports by *`);
        if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
        return exportClause.elements.map(({ name, propertyName }): [string, string] => {
          const declared = (propertyName ?? name).text;
          if (declared !== name.text) throw new Error(`${index} exports ${declared} by another name`);
          const { text: from } = moduleSpecifier;
          const place = from.startsWith('#')
            ? this.placeOf(from.slice(1), declared)
            : posix.join(posix.dirname(index), from);
          return [name.text, place];
        });
      }),
    );
  }
}
