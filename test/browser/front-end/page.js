/* global document, location, MutationObserver, performance, sessionSync, URLSearchParams, window */

/** Whatever frames were put into this page, and how much of each could be seen. */
window.frames_ = [];
new MutationObserver((changes) => {
  for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
    if (node.localName !== 'iframe') continue;
    const { width, height } = node.getBoundingClientRect();
    window.frames_.push({ src: node.src, width, height });
  }
}).observe(document, { childList: true, subtree: true });

/** Each state that this page has shown, with the time since it was opened and the time of day. */
window.shown = [];
function show({ status, user, reason, silent }) {
  window.shown.push({ status, reason, silent, user, atMs: performance.now(), dayMs: Date.now() });
  for (const [id, text] of Object.entries({ status, user: user?.name, reason, outcome: silent?.outcome }))
    document.getElementById(id).textContent = text ?? '';
}

const options = JSON.parse(new URLSearchParams(location.search).get('options') ?? '{}');
window.createdMs = performance.now();
window.session = sessionSync.createSession(options);
window.session.subscribe(show);
show(window.session.state);
