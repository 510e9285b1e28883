import { z } from 'zod';

/** One key of a document as a reader needs it. */
export interface DocumentKey {
  /** the way to it: `idps.<name>.client.id`, `frontEnds[].origin` */
  readonly path: string;
  readonly description: string;
  /** what may stand there, in words */
  readonly type: string;
  /** the default as YAML would have it; undefined when the key has none */
  readonly defaultText: string | undefined;
  readonly required: boolean;
}

/** What of JSON Schema a schema of ours can become. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
}

/** Describes each key of a document, those inside of others too, in order. */
export function describeDocument(schema: z.ZodType): readonly DocumentKey[] {
  return keysOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape, '');
}

/** Gives the keys whose path begins with `under` as a Markdown table. */
export function toDocumentTable(schema: z.ZodType, under: string): string {
  const rows = describeDocument(schema)
    .filter(({ path }) => path.startsWith(under))
    .map(({ path, type, description, defaultText, required }) => {
      const whenAbsent = required ? 'required' : defaultText === undefined ? 'none' : `\`${defaultText}\``;
      return `| \`${path}\` | ${type} | ${description.replaceAll('|', '\\|')} | ${whenAbsent} |`;
    });
  return ['| key | value | meaning | default |', '|---|---|---|---|', ...rows].join('\n');
}

/** Gives the keys as a part of the text of `--help`. */
export function toDocumentHelp(title: string, schema: z.ZodType): string {
  const rows = describeDocument(schema).map(({ path, type, description, defaultText, required }) => {
    const whenAbsent = required ? 'required' : defaultText === undefined ? 'optional' : `default ${defaultText}`;
    return `  ${path} (${type.replaceAll('`', '')}; ${whenAbsent})\n      ${description}`;
  });
  return [title, '', ...rows, ''].join('\n');
}

function keysOf(shape: Shape, path: string): readonly DocumentKey[] {
  const { properties = {}, required = [], additionalProperties: named, items } = shape;
  const inside = Object.entries(properties).flatMap(([key, inner]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const own = isBranch(inner) && inner.description === undefined ? [] : [toKey(inner, at, required.includes(key))];
    return [...own, ...keysOf(inner, at)];
  });
  return [
    ...inside,
    ...(typeof named === 'object' ? keysOf(named, `${path}.<name>`) : []),
    ...(items === undefined ? [] : keysOf(items, `${path}[]`)),
  ];
}

/** Whether keys follow inside, so that the key itself says nothing. */
function isBranch({ properties, additionalProperties, items }: Shape): boolean {
  return properties !== undefined || typeof additionalProperties === 'object' || items?.properties !== undefined;
}

function toKey(shape: Shape, path: string, required: boolean): DocumentKey {
  const { default: value } = shape;
  return {
    path,
    description: shape.description ?? '',
    type: typeOf(shape, path),
    defaultText: value === undefined || isBranch(shape) ? undefined : textOf(value),
    required,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ');
}

/** Numbers whose key ends in `S` are seconds, but not those of `maxPerS`. */
function typeOf({ type, enum: choices, anyOf, properties, required = [], items }: Shape, path: string): string {
  if (choices !== undefined) return choices.map((choice) => `\`${String(choice)}\``).join(', ');
  if (anyOf !== undefined) return anyOf.map((choice) => typeOf(choice, path)).join(' or ');
  if (properties !== undefined) {
    const keys = Object.keys(properties).map((key) => (required.includes(key) ? key : `${key}?`));
    return `\`{${keys.join(', ')}}\``;
  }
  if (items !== undefined) return `list of ${typeOf(items, path)}`;
  if (type === 'number' || type === 'integer') return /(?<!Per)S$/.test(path) ? 'seconds' : 'number';
  return type === 'string' ? 'text' : type === 'boolean' ? '`true` or `false`' : (type ?? 'value');
}
