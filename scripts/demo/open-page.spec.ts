import { describe, expect, it } from '@jest/globals';
import { type Desktop, openerOf, openPage } from './open-page.js';

const ADDRESS = 'http://localhost:4100';
const LINUX: Desktop = { platform: 'linux', env: { DISPLAY: ':0' }, isTerminal: true };

describe('the page of the demo', () => {
  it.each<[string, Desktop, readonly string[]]>([
    ['macOS', { ...LINUX, platform: 'darwin', env: {} }, ['open', ADDRESS]],
    ['Windows', { ...LINUX, platform: 'win32', env: {} }, ['cmd', '/c', 'start', '""', ADDRESS]],
    ['Linux with X', LINUX, ['xdg-open', ADDRESS]],
    ['Linux with Wayland', { ...LINUX, env: { WAYLAND_DISPLAY: 'wayland-0', CI: '' } }, ['xdg-open', ADDRESS]],
  ])('is opened on %s', (_name, desktop, command) => {
    expect(openerOf(desktop, ADDRESS)).toEqual(command);
  });

  it.each<[string, Desktop]>([
    ['output goes to a program', { ...LINUX, isTerminal: false }],
    ['there is no screen', { ...LINUX, env: {} }],
    ['it is a build machine', { ...LINUX, env: { DISPLAY: ':0', CI: 'true' } }],
    ['the person is at another machine', { ...LINUX, platform: 'darwin', env: { SSH_CONNECTION: 'a b c d' } }],
  ])('is not opened when %s', (_name, desktop) => {
    expect(openerOf(desktop, ADDRESS)).toBeUndefined();
  });

  it('may stay closed: no opener is no fault', async () => {
    const before = process.env.PATH;
    process.env.PATH = '/nowhere';
    openPage(LINUX, ADDRESS);
    await new Promise((resolve) => setImmediate(resolve)); // an error without a listener would end this process
    process.env.PATH = before;
  });
});
