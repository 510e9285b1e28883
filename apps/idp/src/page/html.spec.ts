import { describe, expect, it } from '@jest/globals';
import { html, Html } from './html.js';

describe('html', () => {
  it('escapes every value, in text and in attributes', () => {
    const evil = `<script>alert("1")</script>&'`;
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">' +
        '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</p>',
    );
  });

  it('takes pieces as they are and shows nothing for what is absent', () => {
    expect(html`a${html`<b>${'&'}</b>`}${undefined}${false}${new Html('<i>')}z`.text).toBe('a<b>&amp;</b><i>z');
  });
});
