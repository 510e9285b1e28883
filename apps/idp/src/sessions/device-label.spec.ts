import { describe, expect, it } from '@jest/globals';
import { deviceLabel } from './device-label.js';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0';

describe('the label of a device', () => {
  it.each([
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
    ['Microsoft Edge on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/142.0`],
    ['Chrome on Android', `Mozilla/5.0 (Linux; Android 15; Pixel 9) ${CHROME} Mobile Safari/537.36`],
    ['A browser on Windows', '(Windows NT 10.0; Win64; x64)'],
    ['Unknown device', 'node'],
    ['Unknown device', ''],
  ])('is %s for %s', (label, userAgent) => {
    expect(deviceLabel(userAgent)).toBe(label);
  });

  it('is short, whatever a browser says of itself', () => {
    expect(deviceLabel(`${'x'.repeat(500)}/1.0 (y)`).length).toBeLessThanOrEqual(40);
  });
});
