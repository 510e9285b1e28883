import { expect, it } from '@jest/globals';
import { html } from './html.js';
import { page, PAGE_HEADERS } from './page.js';

it('a page brings its own empty icon, which its policy allows: no browser asks for one that it refuses', () => {
  const [, scheme] = /<link rel="icon" href="(data:)/.exec(page('Sign in', html`<h1>Sign in</h1>`)) ?? [];
  expect(scheme).toBe('data:');
  expect(PAGE_HEADERS['content-security-policy']).toContain(`img-src ${scheme};`);
});
