import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { chromiumForSuite } from '../support/chromium.js';
import { OF_A_FRONT_END, OF_THE_TIMELINE, openPage } from '../support/open-page.js';
import { type PageSite, startPageSite, streaming } from '../support/page-site.js';
import { FRONT_END_STATES, type PageState, TIMELINE_STATES } from '../support/page-states.js';
import { until } from '../support/until.js';

const stateOf = (states: readonly PageState[], name: string) => states.find((state) => state.name === name)!;
const HOSTILE = '<img src=x onerror="document.title=1"><b>bold</b>';

/** Gives a site of a page, and what opens it in a state. */
function siteForSuite(name: string, headers: Readonly<Record<string, string>>, states: readonly PageState[]) {
  const chromium = chromiumForSuite();
  let site: PageSite;
  beforeAll(async () => {
    site = await startPageSite(name, headers);
  });
  afterAll(() => site.close());
  const open = async (state: string): Promise<Page> => {
    site.answers.clear();
    site.told.length = 0;
    stateOf(states, state).script(site);
    const context = await chromium().newContext();
    const { page } = await openPage(context, site);
    await stateOf(states, state).isShown(page);
    return page;
  };
  return { site: () => site, open };
}

/** Answers a POST with `status`, and keeps its body and its X-CSRF. */
function taking(site: PageSite, path: string, status: number, answer: unknown): unknown[] {
  const taken: unknown[] = [];
  const before = site.answers.get(path);
  site.answers.set(path, (request, response) => {
    if (request.method !== 'POST' && before !== undefined && typeof before !== 'function') {
      response.writeHead(before.status, { 'content-type': 'application/json' }).end(JSON.stringify(before.body));
      return;
    }
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      taken.push([request.headers['x-csrf'], JSON.parse(text)]);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  return taken;
}

const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();

describe('the notes, in Chromium', () => {
  const { site, open } = siteForSuite('notes', OF_A_FRONT_END, FRONT_END_STATES);

  it('are added by keyboard, and shown as text whatever they say', async () => {
    const page = await open('signed in');
    const note = { id: 'n9', text: HOSTILE, createdAt: '2026-11-22T15:00:00.000Z' };
    const taken = taking(site(), '/bff/api/notes/notes', 201, note);
    await page.getByLabel('New note').fill(HOSTILE);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('<b>bold</b>').waitFor();
    expect(taken).toEqual([['1', { text: HOSTILE }]]);
    expect(await page.locator('#list img, #list b').count()).toBe(0);
    expect((await texts(page, '#list .note p'))[0]).toBe(HOSTILE);
    await page.context().close();
  });

  it('tell the timeline what they show, and leave nothing of anybody on the page when the session has ended', async () => {
    const page = await open('signed in');
    const shown = () => site().told.filter((told) => (told as { kind: string }).kind === 'shown');
    await until('the page tells that it shows somebody', () => (shown().length > 0 ? true : undefined));
    stateOf(FRONT_END_STATES, 'ended').script(site());
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.waitForSelector('html[data-mood=ended]');
    expect(await page.locator('#list > *').count()).toBe(0);
    expect(await page.getByLabel('New note').isDisabled()).toBe(true);
    await until('the page tells that it shows nobody', () => (shown().length > 1 ? true : undefined));
    const sid = '0193a1c0-0000-7000-8000-00000000000a';
    expect(shown()).toEqual([
      { kind: 'shown', status: 'signed_in', sid },
      { kind: 'shown', status: 'signed_out', sid, reason: 'operator' },
    ]);
    await page.context().close();
  });

  it('say of who has signed out here that they did, and nothing of a frame that did not recognise them', async () => {
    const page = await open('signed in');
    site().answers.set('/bff/user', { status: 401, body: { type: 'urn:sso:problem:not-signed-in' } });
    site().answers.set('/bff/logout', { status: 200, body: { logoutId: 'l1', idpLogoutUrl: site().origin } });
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByText('You signed out.').waitFor();
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('Nobody is signed in').waitFor();
    expect(await page.locator('.words').innerText()).not.toContain('identity provider');
    await page.context().close();
  });

  it('stay when the gateway does not answer: nobody is signed out', async () => {
    const page = await open('signed in');
    stateOf(FRONT_END_STATES, 'unknown').script(site());
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('nobody was signed out').waitFor();
    expect(await page.locator('#list > *').count()).toBeGreaterThan(0);
    expect(await page.locator('#who').innerText()).toContain('Ana Ivanova');
    await page.context().close();
  });
});

describe('the invoices, in Chromium', () => {
  const { site, open } = siteForSuite('billing', OF_A_FRONT_END, FRONT_END_STATES);

  it('say that they are not live as soon as their stream breaks, and come back at once when somebody looks again', async () => {
    const page = await open('signed in');
    await page.getByText(/^live since/).waitFor();
    stateOf(FRONT_END_STATES, 'service away').script(site());
    site().cut();
    await page.getByText('connecting…').waitFor();
    stateOf(FRONT_END_STATES, 'signed in').script(site());
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText(/^live since/).waitFor();
    await page.context().close();
  });
});

describe('the timeline, in Chromium', () => {
  const { site, open } = siteForSuite('timeline', OF_THE_TIMELINE, TIMELINE_STATES);
  const lines = (page: Page) => page.locator('#entries > li').count();

  it('ends a session with and without telling, by keyboard, and says so', async () => {
    const page = await open('full');
    const taken = taking(site(), '/panel/idp-sessions/s1/end', 204, undefined);
    await page
      .getByRole('button', { name: /^End and tell the apps/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await page.getByText('The apps are being told.').waitFor();
    await page
      .getByRole('button', { name: /^End here, tell nobody/ })
      .first()
      .click();
    await page.getByText('the poller will find out').waitFor();
    expect(taken).toEqual([
      ['1', { push: true }],
      ['1', { push: false }],
    ]);
    await page.context().close();
  });

  it('stops a service and starts it again; the focus stays where it was', async () => {
    const page = await open('full');
    const taken = taking(site(), '/panel/services/notes/stop', 204, undefined);
    const panel = site().answers.get('/panel') as { status: number; body: { services: object[] } };
    const stopped = panel.body.services.map((service) => ({ ...service, state: 'stopped' }));
    site().answers.set('/panel', { status: 200, body: { ...panel.body, services: stopped } });
    await page.getByRole('button', { name: 'Stop Notes' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Start Notes' }).waitFor();
    expect(taken).toEqual([['1', {}]]);
    expect(await page.evaluate('document.activeElement.id')).toBe('switch-notes');
    await page.getByText('Notes is stopped. Endings wait for it.').waitFor();
    taking(site(), '/panel/services/idp/stop', 204, undefined);
    site().answers.set('/panel', panel);
    await page.getByRole('button', { name: 'Stop IdP' }).click();
    await page.getByText('IdP is stopped. Nobody is signed out').waitFor();
    expect(await texts(page, '#services strong, #services ~ .hint')).toEqual([
      ...['Notes', 'Billing'],
      'A service that is away hears of endings when it is back.',
    ]);
    await page.context().close();
  });

  it.each([1_280, 360])('covers nothing with what it says, at %i px', async (width) => {
    const page = await open('full');
    await page.setViewportSize({ width, height: 700 });
    taking(site(), '/panel/services/session-poller/stop', 204, undefined);
    await page.getByRole('button', { name: 'Stop Session-poller' }).click();
    await page.getByText('Session-poller is stopped. Only a push').waitFor();
    const covered = await page.evaluate<readonly string[]>(`(() => {
      const box = document.querySelector('#said-others').getBoundingClientRect();
      return [...document.querySelectorAll('#entries > li, aside h2, aside li, aside .hint, button')].filter((other) => {
        const { left, right, top, bottom } = other.getBoundingClientRect();
        return left < box.right && right > box.left && top < box.bottom && bottom > box.top;
      }).map((other) => other.textContent);
    })()`);
    expect(covered).toEqual([]);
    await page.context().close();
  });

  it('says that it was not done when it was not', async () => {
    const page = await open('full');
    taking(site(), '/panel/services/notes/stop', 502, {});
    await page.getByRole('button', { name: 'Stop Notes' }).click();
    await page.getByText('It was not done (502).').waitFor();
    await page.context().close();
  });

  it('filters, pauses and clears', async () => {
    const page = await open('full');
    const all = await lines(page);
    await page.getByRole('checkbox', { name: 'Poller' }).uncheck();
    await until('answers are hidden', async () => ((await lines(page)) < all ? true : undefined));
    expect(await page.locator('.row.poller').count()).toBe(0);
    await page.getByLabel('Person').selectOption('person-ben');
    await until('only lines about Ben', async () =>
      (await texts(page, '#entries .words')).every((text) => text.includes('Ben')) ? true : undefined,
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing has happened yet').waitFor();
    await page.context().close();
  });

  it('comes back after its stream was lost, and shows nothing twice', async () => {
    const page = await open('full');
    const all = await texts(page, '#entries > li');
    const stream = site().answers.get('/timeline/events')!;
    site().answers.set('/timeline/events', { status: 503, body: {} });
    site().cut();
    await page.waitForSelector('[data-state=lost]');
    site().answers.set('/timeline/events', (request, response) => {
      (stream as (...both: unknown[]) => void)(request, response);
      const entry = { id: 99, at: '2026-11-22T14:04:00.000Z', kind: 'panel', deed: 'service_started', what: 'billing' };
      response.write(`id: 99\ndata: ${JSON.stringify(entry)}\n\n`);
    });
    await page.waitForSelector('[data-state=live]');
    await page.getByText('Billing was started by hand').waitFor();
    expect((await texts(page, '#entries > li')).slice(1)).toEqual(all);
    await page.context().close();
  });

  it('is not led astray by what entries say', async () => {
    const page = await open('empty');
    const entry = { id: 1, at: '2026-11-22T14:04:00.000Z', kind: 'panel', deed: 'service_started', what: HOSTILE };
    site().answers.set('/timeline/events', streaming(`data: no json\n\ndata: ${JSON.stringify(entry)}\n\n`));
    site().cut();
    await page.getByText('was started by hand').waitFor();
    expect(await page.locator('#entries img, #entries b').count()).toBe(0);
    expect(await page.locator('#entries').innerText()).toContain(HOSTILE);
    await page.context().close();
  });
});
