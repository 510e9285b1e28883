import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError, type ConfigFault } from './load-config.js';
import { aliasFaultsOf } from './yaml-aliases.js';
import { offsetOf, type YamlPath } from './yaml-place.js';

/** A document that fits its schema, and where in it things stand. */
export interface ReadYaml<T> {
  readonly value: T;
  /** Makes a fault of what stands at `path`, with its line: for what a schema can't find out. */
  readonly faultAt: (path: YamlPath, message: string) => ConfigFault;
}

type FaultAt = ReadYaml<unknown>['faultAt'];

/**
 * Reads a YAML 1.2 document (anchors and `<<` merge keys work) by `schema`. Every fault is named with its line, `line 12,
 * frontEnds[1].origin`; values are never repeated: a value may hold a password.
 *
 * @throws ConfigError (`CONFIG_INVALID`) that names every fault
 */
export function readYaml<S extends z.ZodType>(text: string, schema: S): ReadYaml<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const faultAt: FaultAt = (path, message) => ({
    key: `line ${lineAt(offsetOf(document, path))}, ${toPath(path)}`,
    message,
  });
  const faults = [...syntaxFaultsOf(document), ...aliasFaultsOf(document)].map(
    ({ offset, message, fatal }): ConfigFault & { readonly fatal: boolean } => ({
      key: `line ${lineAt(offset)}`,
      message,
      fatal,
    }),
  );
  if (faults.some(({ fatal }) => fatal)) throw new ConfigError(faults);
  const raw = toValue(document);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => toFaults(issue, raw, faultAt)).map(soft));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults.map(({ key, message }) => ({ key, message })));
  return { value: parsed.data, faultAt };
}

const soft = (fault: ConfigFault) => ({ ...fault, fatal: false });

/** A key that stands twice, or a tag, leaves a document that can be looked at further; other errors don't. */
function syntaxFaultsOf(document: Document.Parsed) {
  return [
    ...document.errors.map(({ pos, code }) =>
      code === 'DUPLICATE_KEY'
        ? { offset: pos[0], message: 'has a key that stands twice', fatal: false }
        : { offset: pos[0], message: `is not YAML: ${code.toLowerCase().replaceAll('_', ' ')}`, fatal: true },
    ),
    ...document.warnings.map(({ pos }) => ({
      offset: pos[0],
      message: 'has a tag or directive that means nothing here',
      fatal: false,
    })),
  ];
}

function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 }); // aliases have been weighed
  } catch (error) {
    throw new ConfigError([{ key: 'the document', message: 'has a merge key (<<) that names no map' }], {
      cause: error,
    });
  }
}

/** A key that is unknown is a fault of its own, where it stands; so is a name that is not one. */
function toFaults(issue: z.core.$ZodIssue, raw: unknown, faultAt: FaultAt): readonly ConfigFault[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => faultAt([...path, key], 'is no key that is known here'));
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => faultAt(path, toWords(message)));
  const missing = (issue.code === 'invalid_type' || issue.code === 'invalid_value') && isMissing(raw, path);
  return [faultAt(path, missing ? 'is required' : toWords(issue.message))];
}

function isMissing(raw: unknown, path: YamlPath): boolean {
  const found = path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    raw,
  );
  return found === undefined;
}

/** The schema library's own sentences, as ours are. */
function toWords(message: string): string {
  return message
    .replace(/^Invalid input: expected (.*), received (.*)$/, 'must be $1, not $2')
    .replace(/^Invalid input: expected /, 'must be ')
    .replace(/^Invalid option: expected /, 'must be ')
    .replace(/^Invalid string: /, '')
    .replace(/^Too (?:small|big): expected (.*) to (be|have) /, '$1 must $2 ')
    .replace(/^Invalid URL$/, 'must be an absolute URL');
}

/** `['frontEnds', 1, 'origin']` becomes `frontEnds[1].origin`. */
function toPath(path: YamlPath): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text.replace(/^\./, '') || 'the document';
}
