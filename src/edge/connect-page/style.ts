/** The stylesheet of the connect page. */
export const style = `
:root { color-scheme: light dark; --accent: #1f5fbf; --on-accent: #fff; --text: #1b1f24; --soft: #57606a;
  --line: #d0d7de; --edge: #76808b; --ground: #f4f6f8; --card: #fff; --good: #116329; --bad: #b3141d;
  --bad-ground: #fff1f0; font: 1rem/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #a3adb8; --line: #3a424c;
  --edge: #8b949e; --ground: #0f1318; --card: #181d24; --good: #57c96f; --bad: #ff8f88; --bad-ground: #2d1719; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
main { width: min(36rem, 100%); margin: 0 auto; padding: 2.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.35; }
p { margin: 0 0 .75rem; }
header { margin-bottom: 1.5rem; }
.logo { display: block; width: auto; height: 3rem; max-width: 12rem; margin-bottom: 1rem; object-fit: contain; }
.who, .help, .hint { color: var(--soft); }
.help, .hint { font-size: .875rem; }
.help { margin: .25rem 0 0; }
.text { white-space: pre-line; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.card > summary { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between;
  padding: 1rem 1.25rem; cursor: pointer; list-style: none; outline-offset: -3px; }
.card > summary::-webkit-details-marker { display: none; }
.card > div { padding: .25rem 1.25rem 1.25rem; }
.card.plain { padding: 1.25rem; }
.plain > div { padding: 0; }
.plain > :is(h1, h2) + p { margin-top: .5rem; }
.plain > :last-child { margin-bottom: 0; }
.state { flex: none; font-size: .8125rem; color: var(--soft); }
.state.completed { color: var(--good); }
.state.expired { color: var(--bad); }
.completed::before { content: "✓ "; }
.field { margin: 0 0 1rem; }
label { display: block; margin-bottom: .25rem; font-weight: 600; }
label small { font-weight: 400; color: var(--soft); }
input:not([type=checkbox]), select, textarea { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit;
  color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: .5rem; }
select { text-overflow: ellipsis; }
textarea { display: block; min-height: 5.5rem; resize: vertical; }
.masked:not(:focus) { -webkit-text-security: disc; }
input::placeholder, textarea::placeholder { color: var(--soft); opacity: 1; }
[aria-invalid=true] { border-color: var(--bad) !important; }
.check { display: flex; gap: .625rem; align-items: center; }
.check label { margin: 0; }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; accent-color: var(--accent); }
.secret { display: flex; gap: .5rem; }
.secret button { flex: none; }
.error { margin: .25rem 0 0; font-size: .875rem; color: var(--bad); }
.alert { margin: 0 0 1rem; padding: .75rem 1rem; border: 1px solid var(--line); border-left: .25rem solid var(--edge);
  border-radius: .5rem; background: var(--card); }
.alert > h2 { margin-bottom: .25rem; }
.alert.bad { border-color: var(--bad); background: var(--bad-ground); }
.alert.good { border-left-color: var(--good); }
button + [role=status] { margin-top: .5rem; }
[role=status]:empty { margin: 0; }
a:not(.button) { color: inherit; }
summary { border-radius: .6875rem; }
details.more { margin: 0 0 1rem; }
details.more > summary { padding: .5rem 0; cursor: pointer; }
details.more[open] > summary { margin-bottom: .5rem; }
button, .button { display: inline-block; min-height: 2.75rem; padding: .5rem 1.125rem; font: inherit; font-weight: 600;
  line-height: 1.6; text-align: center; text-decoration: none; border-radius: .5rem; cursor: pointer;
  color: var(--text); background: transparent; border: 1px solid var(--edge); max-width: 100%; }
.main { color: var(--on-accent); background: var(--accent); border-color: transparent; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1rem; }
.actions form { margin: 0; }
:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
h1:focus { outline: none; }
@media (max-width: 30rem) { main { padding-top: 1.5rem; } .main { width: 100%; } .actions > * { flex: 1 1 auto; } }
`;
