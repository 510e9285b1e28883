import { renderSVG } from 'uqr';
import { hiddenFields } from '../page/blocks.js';
import { Html, html } from '../page/html.js';
import { totpAddress } from './totp.js';

/** What a person is told whose app shows another code. */
export const WRONG_FIRST_CODE = 'The code is wrong. Please type the one that the app shows now.';

/** An authenticator app that is being set up. */
export interface PendingApp {
  readonly secret: string;
  /** the same for the form, as `SecondFactor.beginEnrolment` gave it */
  readonly sealed: string;
  /** under which name the app lists it */
  readonly issuer: string;
  readonly login: string;
}

/** Gives what a person needs to set an authenticator app up: the QR code, and the same as text and as a link. */
export function setUpSteps({ secret, issuer, login }: PendingApp): Html {
  const address = totpAddress(secret, new URL(issuer).host, login);
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? '';
  return html`<p>Scan this with an authenticator app on your phone:</p>
    <div class="qr" role="img" aria-label="QR code of the setup key that is written below">
      ${new Html(svg(address))}
    </div>
    <p>Or type this setup key into the app: <code>${groups}</code></p>
    <p><a href="${address}">Open it in an app on this device</a></p>`;
}

/** Gives the fields that finish the set-up: the sealed secret, and the app's first code. */
export function firstCodeFields({ sealed }: PendingApp, isWrong: boolean): Html {
  return html`${hiddenFields({ enrolment: sealed })}
    <label for="code">Code that the app shows now</label>
    ${codeField(isWrong)}`;
}

/** Gives the field for a code of an authenticator app. Its label is for `code`. */
export function codeField(isWrong: boolean): Html {
  return html`<input
    id="code"
    name="code"
    required
    inputmode="numeric"
    pattern="\\s*[0-9]{3}\\s*[0-9]{3}\\s*"
    title="six digits"
    maxlength="20"
    autocomplete="one-time-code"
    autofocus
    ${isWrong && html` aria-invalid="true" aria-describedby="fault"`}
  />`;
}

/** Colours as attributes: the pages allow no inline style. White stays around it, or a dark page could not be scanned. */
function svg(text: string): string {
  return renderSVG(text, { border: 2 });
}
