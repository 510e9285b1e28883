/** The text of the one style sheet. Plain elements look right as they are; classes are for what an element does not say. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #eef1f5; --card: #fff; --text: #1b2430; --quiet: #55616f; --line: #8b96a5; --edge: #dde3ea;
  --act: #1f5fbf; --act-hover: #174b99; --on-act: #fff;
  --wrong: #b3261e; --wrong-soft: #fdeceb; --good: #1c6b3c; --good-soft: #e8f5ec; --note-soft: #eaf1fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1c222b; --text: #e8edf3; --quiet: #a9b4c2; --line: #6b7787; --edge: #303946;
    --act: #8ab8ff; --act-hover: #a9cbff; --on-act: #0d1b2e;
    --wrong: #ff9d94; --wrong-soft: #3a2023; --good: #8fdcaa; --good-soft: #1b3226; --note-soft: #1f2c40;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-columns: minmax(0, 1fr);
  place-items: center; padding: 1rem;
  background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%; max-width: 24rem; padding: 2rem; border-radius: .75rem; background: var(--card);
  box-shadow: 0 1px 2px rgb(0 0 0 / .06), 0 8px 24px rgb(0 0 0 / .06); overflow-wrap: anywhere;
}
main.wide { max-width: 52rem; align-self: start; margin: 1rem 0; }
@media (max-width: 30rem) { body { padding: .5rem; } main { padding: 1.5rem 1.25rem; } }

h1 { margin: 0 0 .35rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; line-height: 1.3; }
p { margin: .25rem 0 1rem; color: var(--quiet); }
p strong, li strong { color: var(--text); }
a { color: var(--act); }
code { font-size: .875rem; }
section { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--edge); }
.badge {
  padding: .1rem .5rem; border-radius: 1rem; background: var(--note-soft); color: var(--text);
  font-size: .8125rem; font-weight: 600; white-space: nowrap;
}

label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input {
  width: 100%; padding: .65rem .75rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .4rem;
}
input[type=checkbox] { width: 1.15rem; height: 1.15rem; margin: 0; flex: none; accent-color: var(--act); }
input[aria-invalid=true] { border-color: var(--wrong); }
.hint { margin: .25rem 0 0; font-size: .875rem; }
form + .hint { margin-top: 1rem; }
.choice { display: flex; gap: .6rem; align-items: center; margin: 1rem 0 0; font-weight: 400; }

button, a.button {
  display: block; width: 100%; margin-top: 1.5rem; padding: .7rem 1rem; font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; cursor: pointer; color: var(--on-act); background: var(--act);
  border: 1px solid transparent; border-radius: .4rem;
}
button:hover, a.button:hover { background: var(--act-hover); }
button + button, form + form button, a.button + a.button { margin-top: .75rem; }
.secondary, a.button.secondary { color: var(--text); background: transparent; border-color: var(--line); }
.secondary:hover, a.button.secondary:hover { background: var(--page); }
.danger { color: var(--wrong); background: transparent; border-color: var(--wrong); }
.danger:hover { color: var(--card); background: var(--wrong); }
input:focus-visible, button:focus-visible, a:focus-visible, [tabindex]:focus-visible, summary:focus-visible {
  outline: 3px solid var(--act); outline-offset: 2px;
}

.row { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; }
.row p { margin: 0; }
.row > div { flex: 1 1 16rem; }
.row + .row { margin-top: .75rem; }
ul + .row { justify-content: flex-start; margin-top: 1rem; }
form.inline { display: inline-flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0; }
form.inline button, .row button, .row a.button { width: auto; margin: 0; padding: .4rem .8rem; font-size: .9375rem; }

.wrong, .notice { margin: 1rem 0 0; padding: .65rem .85rem; border-radius: .4rem; }
.wrong { color: var(--wrong); background: var(--wrong-soft); font-weight: 600; }
.notice { color: var(--text); background: var(--note-soft); }
.notice.good { color: var(--good); background: var(--good-soft); }

ul.list { margin: .75rem 0 0; padding: 0; list-style: none; }
ul.list > li { padding: .75rem 0; border-top: 1px solid var(--edge); }
ul.list > li:first-child { border-top: 0; }
ul.list p { margin: 0; }
ul.points { margin: .75rem 0 0; padding-left: 1.25rem; }
ul.points > li { margin: .35rem 0; }
.codes { columns: 2; margin: 1rem 0 0; padding: 0; list-style: none; font: 1.05rem/1.9 ui-monospace, monospace; }
.qr { display: block; width: 12rem; margin: 1rem auto; padding: .5rem; background: #fff; border-radius: .4rem; }
.qr svg { display: block; width: 100%; height: auto; }
`;
