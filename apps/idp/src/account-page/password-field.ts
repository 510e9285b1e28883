import { html, type Html } from '../page/html.js';

/** How a field for a password differs from the plain one: that for the current password. */
export interface PasswordFieldLook {
  readonly maxlength: number;
  readonly minlength?: number;
  readonly autocomplete?: 'current-password' | 'new-password';
  readonly isWrong?: boolean;
  readonly focus?: boolean;
  /** id of what explains the field */
  readonly describedBy?: string;
}

/** Gives a field for a password. Its label is for its name. */
export function passwordField(name: string, look: PasswordFieldLook): Html {
  const { maxlength, minlength, autocomplete = 'current-password', isWrong = false, focus = false, describedBy } = look;
  const described = [isWrong ? 'fault' : undefined, describedBy].filter((id) => id !== undefined).join(' ');
  return html`<input
    id="${name}"
    name="${name}"
    type="password"
    required
    ${minlength !== undefined && html` minlength="${String(minlength)}"`}
    maxlength="${String(maxlength)}"
    autocomplete="${autocomplete}"
    ${isWrong && html` aria-invalid="true"`}${described !== '' && html` aria-describedby="${described}"`}${
      focus && html` autofocus`
    }
  />`;
}
