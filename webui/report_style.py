"""How a report page looks: one style sheet, for screen and paper."""

STYLE = """
:root { --ink: #1c2733; --soft: #5d6b7a; --line: #e3e8ee; --paper: #ffffff; --ground: #f4f6f9; --blue: #2f74c0; --bar: #d3e3f4; --hot: #c8453c; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.6 "Segoe UI", "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", system-ui, sans-serif; font-variant-numeric: tabular-nums; }
header, main { max-width: 1280px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 36px; }
.kind { margin: 0; color: var(--blue); font-weight: 600; letter-spacing: .06em; font-size: 13px; }
h1 { margin: 2px 0 14px; font-size: 28px; line-height: 1.25; overflow-wrap: anywhere; }
.lead { margin: 0 0 22px; padding: 16px 20px; background: var(--paper); border-left: 4px solid var(--hot); border-radius: 6px;
  font-size: 18px; line-height: 1.55; box-shadow: 0 1px 2px rgba(20, 40, 60, .06); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 0; }
.figure { background: var(--paper); border-radius: 8px; padding: 12px 16px; box-shadow: 0 1px 2px rgba(20, 40, 60, .06); }
.figure dt { color: var(--soft); font-size: 12.5px; }
.figure dd { margin: 2px 0 0; font-size: 19px; font-weight: 600; line-height: 1.3; }
section { background: var(--paper); border-radius: 10px; padding: 20px 24px; margin: 20px 0; box-shadow: 0 1px 2px rgba(20, 40, 60, .06); }
h2 { margin: 0 0 12px; font-size: 19px; }
h3 { margin: 20px 0 6px; font-size: 14px; color: var(--soft); font-weight: 600; }
p { margin: 10px 0; }
.small { color: var(--soft); font-size: 12.5px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 2px solid var(--line); padding: 6px 8px; white-space: nowrap; font-size: 12.5px; }
td { border-bottom: 1px solid var(--line); padding: 7px 8px; vertical-align: top; overflow-wrap: anywhere; min-width: 4em; }
td:not(.n):not(.b) { min-width: 11em; }
tbody tr:last-child td { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
.b { position: relative; min-width: 110px; white-space: nowrap; text-align: right; }
.b .bar { position: absolute; left: 6px; right: 6px; top: 7px; width: calc(100% - 12px); height: 20px; border-radius: 3px; background: #f3f5f8; }
.b .bar rect { fill: var(--bar); }
.b span { position: relative; }
#bottlenecks tbody tr:first-child .bar rect { fill: #f3c1bb; }
.picture { text-align: center; overflow-x: auto; }
.picture svg { max-width: 100%; height: auto; }
ul { margin: 0; padding-left: 1.2em; }
li { margin: 4px 0; }
@media print { body { background: #fff; } section, .figure, .lead { box-shadow: none; border: 1px solid var(--line); break-inside: avoid; } }
"""
