"""How the report looks: one column of cards, for the screen in light and dark, and for paper."""

STYLE = """
:root {
  --ink: #1b1d21; --quiet: #5d6470; --ground: #f6f5f1; --sheet: #fff; --rule: #dddad2;
  --supported: #005f96; --refuted: #a83f00; --open: #6a5a00; --none: #5d6470;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e9e7e2; --quiet: #a3a7b0; --ground: #15171a; --sheet: #1e2125; --rule: #363a41;
    --supported: #6dbcf2; --refuted: #ff9f5f; --open: #e3c84b; --none: #a3a7b0;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 860px; margin: 0 auto; padding: 56px 24px 72px; }
h1, h2, blockquote { font-family: Charter, "Bitstream Charter", "Iowan Old Style", Cambria, Georgia, serif; }
h1 { font-size: 34px; line-height: 1.15; font-weight: 600; margin: 4px 0 14px; text-wrap: balance; }
h2 { font-size: 21px; line-height: 1.25; font-weight: 600; margin: 0; text-wrap: balance; }
code, pre { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
.kicker { margin: 0; color: var(--quiet); letter-spacing: .09em; text-transform: uppercase; font-size: 12px; }
.lead { font-size: 17px; margin: 0 0 18px; }
.how { color: var(--quiet); font-size: 13.5px; margin: 16px 0 0; }
.tally { list-style: none; display: flex; flex-wrap: wrap; gap: 8px 22px; margin: 0; padding: 0; }
.supported { --verdict: var(--supported); } .not-supported { --verdict: var(--refuted); }
.undecided { --verdict: var(--open); } .does-not-apply, .not-measured { --verdict: var(--none); }
.badge { display: inline-flex; align-items: baseline; gap: .45em; color: var(--verdict); font-weight: 600;
  font-size: 13px; white-space: nowrap; }
.badge i { font-style: normal; }
nav ol { margin: 30px 0 36px; padding: 6px 0; list-style: none;
  counter-reset: n; border-block: 1px solid var(--rule); }
nav li { counter-increment: n; display: flex; gap: 14px; align-items: baseline; padding: 5px 0; }
nav li::before { content: counter(n); color: var(--quiet); width: 1.2em; }
nav a { color: inherit; text-decoration: none; flex: 1; }
nav a:hover, nav a:focus-visible { text-decoration: underline; text-underline-offset: 3px; }
article { background: var(--sheet); border: 1px solid var(--rule); border-top: 3px solid var(--verdict);
  border-radius: 3px; padding: 22px 28px 20px; margin: 0 0 26px; }
article > header { display: grid; grid-template-columns: auto 1fr auto; gap: 14px; align-items: baseline; }
.number { margin: 0; color: var(--quiet); font-size: 15px; }
article > header .badge { font-size: 14px; }
blockquote { margin: 10px 0 20px; padding: 0 0 0 27px; font-size: 17px; line-height: 1.4;
  color: var(--quiet); }
blockquote p { margin: 0; font-style: italic; }
cite { font: 12.5px system-ui, "Segoe UI", Arial, sans-serif; }
.tests { list-style: none; margin: 0 0 20px; padding: 0; border-top: 1px solid var(--rule); }
.tests li { display: grid; grid-template-columns: minmax(0, 1.15fr) 220px minmax(0, 1fr); gap: 16px;
  align-items: center; padding: 9px 0; border-bottom: 1px solid var(--rule); }
.tests p { margin: 0; line-height: 1.35; }
.value { white-space: nowrap; }
.value small { display: block; color: var(--quiet); font-size: 12px; white-space: normal; }
svg { width: 100%; height: auto; display: block; overflow: visible; }
svg .for { fill: var(--ink); opacity: .07; }
svg .axis { stroke: var(--rule); }
svg .threshold { stroke: var(--ink); stroke-width: 1.3; stroke-dasharray: 3 3; }
svg .interval line { stroke: var(--verdict); stroke-width: 2.4; }
svg .interval circle { fill: var(--verdict); stroke: var(--sheet); stroke-width: 1.5; }
.terms { display: grid; grid-template-columns: 112px 1fr; gap: 7px 16px; margin: 0 0 18px; }
.terms dt { color: var(--quiet); font-size: 13px; padding-top: 1px; }
.terms dd { margin: 0; }
.beside { border-collapse: collapse; width: 100%; font-size: 13.5px; margin: 0 0 14px; }
.beside caption { text-align: left; color: var(--quiet); font-size: 13px; padding-bottom: 3px; }
.beside th { font-weight: 400; text-align: left; padding: 3px 12px 3px 0; }
.beside td { text-align: right; white-space: nowrap; padding: 3px 0; }
.beside b { font-weight: 400; }
.note { margin: 0 0 6px; color: var(--quiet); font-size: 13px; }
pre { margin: 14px 0 0; padding: 9px 12px; background: var(--ground); border-radius: 3px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
footer { color: var(--quiet); font-size: 13px; margin-top: 36px; }
footer h2 { font-size: 16px; color: var(--ink); }
footer ul { columns: 2; padding-left: 18px; }
:focus-visible { outline: 2px solid var(--supported); outline-offset: 2px; }
@media (max-width: 680px) {
  article { padding: 18px 16px; }
  .tests li, .terms { grid-template-columns: 1fr; gap: 6px; }
  article > header { grid-template-columns: auto 1fr; }
  article > header .badge { grid-column: 2; }
  .beside td { white-space: normal; }
}
@media print {
  :root { --ink: #000; --quiet: #444; --ground: #fff; --sheet: #fff; --rule: #bbb;
    --supported: #005f96; --refuted: #a83f00; --open: #6a5a00; --none: #444; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  article { break-inside: avoid; }
  pre { border: 1px solid var(--rule); }
}
"""
