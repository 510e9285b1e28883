import { html, type Html } from './html.js';

/** Gives what a form did not accept, told at once to those who do not see it. Fields name it with `aria-describedby="fault"`. */
export function fault(text: string | undefined): Html | false {
  return text !== undefined && html`<p class="wrong" id="fault" role="alert">${text}</p>`;
}

/** Gives something worth knowing; `good` when it is what came of the person's deed. */
export function notice(text: Html | string, look: 'plain' | 'good' = 'plain'): Html {
  return html`<p class="notice${look === 'good' && ' good'}" role="status">${text}</p>`;
}

/** A button that is a form of its own. */
export interface ActionForm {
  /** where it is posted */
  readonly action: string;
  /** the form's token against forgery */
  readonly token: string;
  readonly label: Html | string;
  /** what a screen reader says of the button, when several have the same label */
  readonly says?: string;
  readonly look?: 'primary' | 'secondary' | 'danger';
  /** further fields, which nobody sees */
  readonly fields?: Readonly<Record<string, string>>;
  /** true: as wide as its label, to stand in a row or a table */
  readonly inline?: boolean;
}

/** Gives a button that posts. A deed is never a link: links are followed by whoever looks ahead. */
export function actionForm({ action, token, label, says, look = 'primary', fields = {}, inline }: ActionForm): Html {
  return html`<form method="post" action="${action}" ${inline === true && html` class="inline"`}>
    ${hiddenFields({ token, ...fields })}
    <button type="submit" class="${look}" ${says !== undefined && html` aria-label="${says}"`}>${label}</button>
  </form>`;
}

/** Gives fields that nobody sees. */
export function hiddenFields(fields: Readonly<Record<string, string>>): Html {
  return all(
    Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`),
  );
}

/** Gives a list whose items may hold anything; nothing when there are none. `look` points: short, with bullets. */
export function list(items: readonly Html[], look: 'list' | 'points' = 'list'): Html | false {
  return (
    items.length > 0 &&
    html`<ul class="${look}">
      ${all(items.map((item) => html`<li>${item}</li>`))}
    </ul>`
  );
}

/** Gives many pieces as one. */
export function all(pieces: readonly (Html | false)[]): Html {
  return pieces.reduce<Html>((before, piece) => html`${before}${piece}`, html``);
}
