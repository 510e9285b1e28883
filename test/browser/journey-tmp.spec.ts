import { expect, it } from '@jest/globals';
import { browserStackForSuite } from '../support/browser-stack.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';
import { fillSignIn } from '../support/spa-page.js';
const chromium = chromiumForSuite();
const stackOf = browserStackForSuite();
const USER = "fetch('/bff/user',{headers:{'x-csrf':'1'}}).then(async r=>[r.status, (await r.text()).slice(0,300)])";
const FRAME = "new Promise(done=>{addEventListener('message',e=>done([e.origin,e.data]));const f=document.createElement('iframe');f.src='/bff/silent-login?rid=1';document.body.append(f)})";
it('x', async () => {
  const s = stackOf();
  const work = async (c: import('playwright-core').BrowserContext) => {
  const p = await c.newPage();
  await p.goto(`${s.notes}/bff/login?returnUrl=/page.js`);
  await fillSignIn(p, s.person('ana'));
  await p.waitForURL(`${s.notes}/page.js`);
  await p.goto(`${s.notes}/?x`);
  console.log(await p.evaluate(USER), await p.evaluate("fetch('/bff/api/notes/notes',{headers:{'x-csrf':'1'}}).then(r=>r.status)"));
  for (const o of [s.billing, s.other]) {
    await p.goto(`${o}/?x`);
    console.log(await p.evaluate(USER), await p.evaluate(FRAME), await p.evaluate(USER));
  }
  await p.goto(`${s.notes}/?x`);
  await s.endSessionsOf('ana');
  await new Promise(r=>setTimeout(r,1500));
  console.log(await p.evaluate(USER));
  console.log(s.pollerDoor.asked);
  };
  const c = await chromium().newContext();
  await work(c); await c.close();
  await withThirdPartyCookies(work);
  expect(1).toBe(1);
});
