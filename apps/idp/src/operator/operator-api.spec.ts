import { readdirSync, readFileSync } from 'node:fs';
import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { CLIENT_MEMBERS } from '../clients/client-body.js';
import { ENDING_CAUSES } from '../endings/ending.js';
import { OPERATOR_CONTROLLERS } from './operator.module.js';

const SOURCES = new URL('../', import.meta.url);
const documentation = readFileSync(new URL('../../../../docs/operator-api.md', import.meta.url), 'utf8');

const routes = OPERATOR_CONTROLLERS.flatMap(({ prototype }) =>
  Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = (prototype as unknown as Record<string, object>)[name]!;
    const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const base = Reflect.getMetadata('path', prototype.constructor) as string;
    const path = Reflect.getMetadata('path', handler) as string;
    return [`${RequestMethod[method]} /${[base, path].filter((part) => part !== '/').join('/')}`];
  }),
);

function shippedText(folder: string): string {
  return readdirSync(new URL(folder, SOURCES), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.startsWith('generated/'))
    .map((path) => readFileSync(new URL(path, new URL(folder, SOURCES)), 'utf8'))
    .join('\n');
}

describe('the documentation of the operator API', () => {
  it('has every route, and no other', () => {
    const documented = [...documentation.matchAll(/^### `([A-Z]+ \/\S+)`$/gm)].map(([, route]) => route);
    expect(documented.toSorted()).toEqual(routes.toSorted());
  });

  it('has every problem, and no other', () => {
    const made = [...shippedText('operator/').matchAll(/\b(4\d\d), '([a-z-]+)'/g)].map(
      ([, status, name]) => `${name} ${status}`,
    );
    const named = [...documentation.matchAll(/^\| `([a-z-]+)` +\| (\d+) /gm)].map(
      ([, name, status]) => `${name} ${status}`,
    );
    expect(named.toSorted()).toEqual([...new Set([...made, 'invalid-parameter 400', 'key-needed 409'])].toSorted());
  });

  it('has every action of the audit trail', () => {
    const actions = [...shippedText('./').matchAll(/'((?:[a-z_]+\.)[a-z_]+)'/g)].map(([, action]) => action ?? '');
    const recorded = actions.filter((action) =>
      /^(?:sign_in|mfa|password|account|consent|session|grants|person|client|delivery|key|faults)\./.test(action),
    );
    expect(recorded.length).toBeGreaterThan(20);
    for (const action of new Set(recorded)) expect(documentation).toContain(`\`${action}\``);
  });

  it('has every member of a client, and every cause of an ending', () => {
    for (const name of [...Object.keys(CLIENT_MEMBERS), ...ENDING_CAUSES])
      expect(documentation).toContain(`\`${name}\``);
  });
});
