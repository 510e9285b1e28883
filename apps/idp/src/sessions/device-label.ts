import Bowser from 'bowser';

/** What a browser is called that says nothing of itself. */
export const UNKNOWN_DEVICE = 'Unknown device';
const NAME_MAX = 40;

/** Gives a browser's name as a person knows it, such as "Firefox on Linux". What a browser says of itself proves nothing. */
export function deviceLabel(userAgent: string): string {
  if (userAgent === '') return UNKNOWN_DEVICE; // the library refuses it
  const { browser, os } = Bowser.parse(userAgent);
  const [app, system] = [browser.name, os.name].map((name) => (name ?? '').slice(0, NAME_MAX));
  if (app === '' || app === undefined)
    return system === '' || system === undefined ? UNKNOWN_DEVICE : `A browser on ${system}`;
  return system === '' || system === undefined ? app : `${app} on ${system}`;
}
