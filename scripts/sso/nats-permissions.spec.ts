import { describe, expect, it } from '@jest/globals';
import { natsPermissions } from './nats-permissions.js';

async function print(...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  expect(await natsPermissions.run(args, (line) => void lines.push(line), {})).toBe(0);
  return lines.join('\n');
}

describe('sso nats-permissions', () => {
  it('prints the block of a service, with the places of the others taken out', async () => {
    const text = await print('notes', '--services', 'notes,billing, mail');
    expect(text).toMatch(/^# user notes\npermissions: \{/);
    expect(text).toContain('"sso.v1.receipt.notes"');
    expect(text).not.toContain('"sso.v1.logout.>"');
    const [, denied = ''] = text.split('deny:');
    for (const other of ['billing', 'mail'])
      expect(denied).toContain(`"$JS.API.CONSUMER.MSG.NEXT.SSO_LOGOUT_V1.${other}"`);
    expect(denied).not.toContain('SSO_LOGOUT_V1.notes');
  });

  it('prints the block of the session-pollers, who alone publish endings', async () => {
    expect(await print('session-poller')).toContain('"sso.v1.logout.>"');
  });

  it.each([
    [[], /takes one name/],
    [['notes'], /--services is missing/],
    [['notes', '--services', 'billing'], /notes is not among/],
    [['observer', '--services', 'a.b'], /letters, digits/],
    [['n>', '--services', 'n>'], /letters, digits/],
    [['receipts', '--services', 'receipts'], /name of something else/],
    [['notes', '--what'], /--what/],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => natsPermissions.run(args, () => undefined, {})).toThrow(message);
  });
});
