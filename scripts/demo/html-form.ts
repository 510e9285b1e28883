/** One field of a form, as a browser would see it. */
export interface FormField {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** A form on a page. */
export interface HtmlForm {
  readonly action: string;
  readonly method: 'get' | 'post';
  readonly fields: readonly FormField[];
  /** the buttons that submit it; a browser sends the one that was pressed */
  readonly buttons: readonly FormField[];
}

type Attributes = ReadonlyMap<string, string>;

const FORM = /<form\b([^>]*)>(.*?)<\/form>/gis;

/**
 * Finds the forms of a page. Knows `form`, `input` and `button`, inside the form or tied to it by their `form`
 * attribute; reads tags only, which is enough for the plain pages of an identity provider.
 */
export function formsOf(html: string): readonly HtmlForm[] {
  const elsewhere = controlsOf(html.replaceAll(FORM, '')).filter((control) => control.has('form'));
  return [...html.matchAll(FORM)].map(([, opening = '', content = '']) => {
    const form = attributesOf(opening);
    const tied = elsewhere.filter((control) => control.get('form') === form.get('id'));
    const controls = [...controlsOf(content), ...tied].map(toField);
    return {
      action: form.get('action') ?? '',
      method: form.get('method')?.toLowerCase() === 'post' ? 'post' : 'get',
      fields: controls.filter(({ type, name }) => type !== 'submit' && type !== 'button' && name !== ''),
      buttons: controls.filter(({ type }) => type === 'submit'),
    };
  });
}

/** Gives the attributes of each control; a button without a type submits, an input without one is text. */
function controlsOf(html: string): readonly Attributes[] {
  return [...html.matchAll(/<(input|button)\b([^>]*)>/gi)].map(
    ([, tag = '', text = '']) =>
      new Map([['type', tag.toLowerCase() === 'button' ? 'submit' : 'text'], ...attributesOf(text)]),
  );
}

function toField(attributes: Attributes): FormField {
  const type = (attributes.get('type') ?? 'text').toLowerCase();
  const unticked = (type === 'checkbox' || type === 'radio') && !attributes.has('checked');
  const name = unticked ? '' : (attributes.get('name') ?? ''); // a browser leaves an unticked box out
  return { name, type, value: attributes.get('value') ?? (type === 'checkbox' ? 'on' : '') };
}

function attributesOf(text: string): Attributes {
  const pairs = text.matchAll(/([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g);
  return new Map(
    [...pairs].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      decodeEntities(double ?? single ?? bare ?? ''),
    ]),
  );
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(parseInt(decimal, 10));
      return named[name ?? ''] ?? whole;
    },
  );
}
