/** Text that is safe to stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Makes a piece of a page from a template. Every value is escaped, in text and in quoted attributes, unless it is
 * `Html` already. `undefined` and `false` show nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly (Html | string | false | undefined)[]): Html {
  const text = parts.map((part, at) => (at === 0 ? part : textOf(values[at - 1]) + part));
  return new Html(text.join(''));
}

function textOf(value: Html | string | false | undefined): string {
  if (value instanceof Html) return value.text;
  if (value === undefined || value === false) return '';
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
