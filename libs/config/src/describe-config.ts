import { z } from 'zod';

/** One configuration key as a reader needs it. */
export interface KeyDescription {
  readonly key: string;
  readonly description: string;
  /** the default as it would be written in the environment; undefined when the key has none */
  readonly defaultText: string | undefined;
  readonly required: boolean;
}

/** Describes each key of `schema`, in order: the one source of `--help` and of the README's tables. */
export function describeConfig(schema: z.ZodObject): readonly KeyDescription[] {
  return Object.entries(schema.shape).map(([key, type]) => {
    const field = type as z.ZodType;
    const whenAbsent = field.safeParse(undefined);
    return {
      key,
      description: field.description ?? '',
      defaultText: defaultOf(field),
      required: !whenAbsent.success,
    };
  });
}

function defaultOf(field: z.ZodType): string | undefined {
  if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault) return String(field.def.defaultValue);
  return undefined;
}

/** Gives the keys as a Markdown table. */
export function toMarkdownTable(schema: z.ZodObject): string {
  const rows = describeConfig(schema).map(
    ({ key, description, defaultText, required }) =>
      `| \`${key}\` | ${description.replaceAll('|', '\\|')} | ${required ? 'required' : defaultText === undefined ? 'none' : `\`${defaultText}\``} |`,
  );
  return ['| key | meaning | default |', '|---|---|---|', ...rows].join('\n');
}

/** Gives the keys as the text of `--help`. */
export function toHelpText(app: string, schema: z.ZodObject): string {
  const rows = describeConfig(schema).map(({ key, description, defaultText, required }) => {
    const value = required ? 'required' : defaultText === undefined ? 'optional' : `default ${defaultText}`;
    return `  ${key} (${value})\n      ${description}`;
  });
  return [
    `${app}: configured by environment variables. KEY_FILE=path reads the value of KEY from a file.`,
    '',
    ...rows,
    '',
  ].join('\n');
}
