"""One self-contained HTML page: its frame, its style, and the only way by which text gets into it, which escapes.

No script, no font, no image and nothing fetched; the page says so to the browser. It is also well-formed XML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from gateway.x12.pages.explain import clean

_STYLE = """
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1c2227; --soft: #59646d; --line: #d5dbdd; --tint: #eff3f2;
  --mark: #0b5d66; --bad: #a8201a; --bad-tint: #fdeeec; --note: #7a5200; --note-tint: #fdf4dc; --good: #1f6b35; }
@media (prefers-color-scheme: dark) { :root { --paper: #14191c; --ink: #e6ebec; --soft: #a5b1b7; --line: #364046;
  --tint: #1d2529; --mark: #6cc5cf; --bad: #ff9d94; --bad-tint: #3a1d1b; --note: #f2c565; --note-tint: #352b14;
  --good: #82d197; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
h4 { font-size: 1rem; margin: 0; font-weight: 600; }
p, ul, ol, dl, table, pre { margin: 0 0 1rem; }
a { color: var(--mark); }
a:focus-visible, pre:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
code, .code { font: .93em/1.4 ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); }
.lead, .soft { color: var(--soft); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.25rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; }
.verdict { font-weight: 600; padding: .05rem .5rem; border-radius: .3rem; border: 1px solid currentColor; }
.accepted { color: var(--good); } .refused { color: var(--bad); } .noted, .unchecked { color: var(--note); }
.fault { color: var(--bad); background: var(--bad-tint); border-left: 3px solid; margin: .2rem 0;
  padding: .15rem .6rem; }
.fault.noted { color: var(--note); background: var(--note-tint); }
.faults { list-style: none; padding: 0; } .faults a { color: inherit; }
.loop { border-left: 2px solid var(--line); margin: .5rem 0 .5rem .25rem; padding-left: 1rem; }
.loop.level { border-left-color: var(--mark); }
.segment { padding: .45rem 0; }
.segment:target { background: var(--tint); }
.segment h4 { display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.segment h4 .code { color: var(--mark); font-weight: 700; }
.position { color: var(--soft); font-weight: 400; font-size: .85rem; min-width: 2.2rem; text-align: right; }
.level > .segment:first-child h4 .name { font-size: 1.1rem; }
.values { display: grid; grid-template-columns: minmax(9rem, 17rem) minmax(0, 1fr); gap: .05rem 1rem;
  margin: .2rem 0 0 2.8rem; }
.values dt { color: var(--soft); display: flex; justify-content: space-between;
  align-items: baseline; gap: 1rem; }
.values dt .code { font-size: .8rem; } .values dd { margin: 0; }
.meaning { margin-left: .75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
.must { font-weight: 700; } .never { color: var(--soft); text-decoration: line-through; }
.changed { background: var(--note-tint); }
.tag { font-size: .8rem; border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem;
  color: var(--note); }
.codes { margin: 0; padding: 0; list-style: none; columns: 16rem auto; }
summary { color: var(--soft); cursor: pointer; }
.origin { color: var(--soft); font-size: .8rem; }
.outline ul, .outline { list-style: none; padding-left: 0; } .outline ul { padding-left: 1.4rem; margin: 0;
  border-left: 1px solid var(--line); }
pre { background: var(--tint); padding: .9rem 1rem; overflow-x: auto; border-radius: .4rem; line-height: 1.45; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft);
  font-size: .85rem; }
@media (max-width: 40rem) { .values { grid-template-columns: 1fr; margin-left: 0; }
  .values dd { margin-bottom: .3rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } .segment, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; } a { color: inherit; text-decoration: none; } }
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def text(value: object) -> str:
    """Text for the page: markup escaped, control characters replaced. Everything that is not ours goes through it."""
    return escape(clean(str(value)), quote=True)


def page(title: str, body: Iterable[str]) -> Iterator[str]:
    """The whole page, piece by piece. `title` is text, `body` is markup."""
    yield "<!DOCTYPE html>\n"
    yield '<html lang="en" xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<meta charset="utf-8"/>\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
    yield '<meta name="referrer" content="no-referrer"/>\n'
    yield f"<title>{text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    yield '<a class="skip" href="#content">Skip to the content</a>\n'
    yield from body
    yield "</body>\n</html>\n"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and values; values are markup, pairs without a value are left out."""
    rows = "".join(f"<dt>{text(name)}</dt><dd>{value}</dd>\n" for name, value in pairs if value)
    return f'<dl class="facts">\n{rows}</dl>\n' if rows else ""


def table(columns: Iterable[str], rows: Iterable[str], *, caption: str = "") -> Iterator[str]:
    """A table, piece by piece. Columns and caption are text, each row its markup; a wide one scrolls alone."""
    head = "".join(f'<th scope="col">{text(column)}</th>' for column in columns)
    told = f"<caption>{text(caption)}</caption>\n" if caption else ""
    yield f'<div class="scroll"><table>\n{told}<thead><tr>{head}</tr></thead>\n<tbody>\n'
    yield from rows
    yield "</tbody></table></div>\n"
