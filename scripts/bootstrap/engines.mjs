import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.mjs';
import { say } from './run-visibly.mjs';

const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/Applications/Firefox.app/Contents/MacOS'];

/** What the tests start, by the variable that may name it. */
const PROGRAMS = {
  FIREFOX: ['firefox-esr', 'firefox'],
  WEBKIT_DRIVER: ['WebKitWebDriver'],
  XVFB: ['Xvfb'],
};
const PACKAGES = ['firefox-esr', 'webkit2gtk-driver', 'xvfb'];

/**
 * Finds Firefox and WebKitGTK (with a display for it), beside which Chromium is not alone among the tested browsers, and sets
 * FIREFOX, WEBKIT_DRIVER and XVFB. On Debian, as root, they are installed, but for what a variable names: that is taken or left
 * out. Where they can't be had nothing fails: the variable is empty, the tests of that engine are left out, and a line says so.
 */
export async function findEngines() {
  const named = Object.fromEntries(Object.keys(PROGRAMS).map((variable) => [variable, process.env[variable]]));
  if (lookAround(named).some((variable) => named[variable] === undefined) && canAptInstall())
    await aptInstall(...PACKAGES).catch((error) => {
      say(error.message);
    });
  const missing = lookAround(named).map((variable) => variable + (named[variable] ? ` (${named[variable]})` : ''));
  if (missing.length === 0) return;
  const advice = `apt-get install ${PACKAGES.join(' ')} (Debian, as root), or name them in these variables`;
  say(`no ${missing.join(', no ')}: tests in that browser are left out. To have them: ${advice}`);
}

/** Sets the variables: to what is there, and to nothing for those it gives. */
function lookAround(named) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((part) => part !== ''), ...USUAL_FOLDERS];
  return Object.entries(PROGRAMS)
    .filter(([variable, names]) => {
      const given = named[variable];
      const files =
        given === undefined ? names.flatMap((name) => folders.map((folder) => join(folder, name))) : [given];
      const found = files.find((file) => existsSync(file) && runs(variable, file));
      process.env[variable] = found ?? '';
      return found === undefined;
    })
    .map(([variable]) => variable);
}

/** Ubuntu's `firefox` may be an advertisement for the snap; the others answer to no `--version`. */
function runs(variable, file) {
  if (variable !== 'FIREFOX') return true;
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return /^Mozilla Firefox/.test(stdout ?? '');
}
