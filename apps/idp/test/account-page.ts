import type { Answer, Browser } from './browser.js';
import { fillSignIn, follow } from './journey.js';
import type { TestIdp } from './test-idp.js';

/** Opens a page of the account page and goes on to where that leads: to it, or to the sign-in. */
export async function openAccount(idp: TestIdp, browser: Browser, path = '/account'): Promise<Answer> {
  return follow(idp, browser, await browser.get(new URL(path, idp.issuer)));
}

/** Signs a person in on the way to the account page. */
export async function enterAccount(idp: TestIdp, browser: Browser, login: string, password?: string): Promise<Answer> {
  return fillSignIn(idp, browser, await openAccount(idp, browser), login, password);
}

/** The hidden fields of the form that is posted to `action`; of several, the one whose text holds `holding`. */
export function fieldsOf(page: Answer, action: string, holding = ''): Readonly<Record<string, string>> {
  const forms = page.text
    .split('<form ')
    .slice(1)
    .map((text) => text.split('</form>')[0] ?? '');
  const form = forms.find((text) => text.includes(`action="${action}"`) && text.includes(holding));
  if (form === undefined) throw new Error(`no form for ${action} with "${holding}" in ${page.text}`);
  const hidden = [...form.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name, value]) => [name ?? '', value ?? '']));
}

/** Presses the button of a form and goes on to where that leads. */
export async function press(
  idp: TestIdp,
  browser: Browser,
  page: Answer,
  action: string,
  { holding = '', ...fields }: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const form = { ...fieldsOf(page, action, holding), ...fields };
  return follow(idp, browser, await browser.post(new URL(action, idp.issuer), form));
}

/** The page's text as people see it, in one line. */
export function seen({ text }: Answer): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,])/g, '');
}
