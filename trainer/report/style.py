"""How the page looks: the program's own colours, light and dark, and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #eef0f3; --card: #fff; --line: #d8dce1; --rule: #e3e6ea; --text: #1b1e22;
  --faint: #626a73; --one: #097c8e; --two: #b86e00; --bad: #c8372d; --warm: #fdf3e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #1a1b1f; --card: #25282d; --line: #3a3e45; --rule: #3a3e45; --text: #e8eaed;
    --faint: #9aa1a9; --one: #19b7c9; --two: #e8a33d; --bad: #f0685c; --warm: #3a3121;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word }
bdi, .plain td { overflow-wrap: anywhere }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 40px }
header h1 { margin: 0; font-size: 26px; line-height: 1.25 }
header p, .faint, small, .footer { color: var(--faint) }
header p { margin: 4px 0 18px; max-width: none }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 18px 20px; margin: 14px 0 }
h2 { font-size: 17px; margin: 0 0 10px }
h3 { font-size: 15px; margin: 18px 0 6px }
p { margin: 6px 0; max-width: 75ch }
ul { margin: 6px 0; padding-left: 20px }
.note { white-space: pre-wrap }
.told { border-left: 4px solid var(--two); background: var(--warm) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px }
.tile { border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px }
.tile b { display: block; font-size: 28px; line-height: 1.25 }
.tile small { display: block }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 310px), 1fr));
  gap: 10px 26px }
.beside { display: flex; flex-wrap: wrap; gap: 10px 26px }
.beside figure { flex: 0 1 380px } .beside div { flex: 1 1 250px }
.beside p { margin-top: 26px }
figure { margin: 0; min-width: 0 }
svg { display: block; width: 100%; height: auto }
figcaption { font-size: 13px; display: flex; gap: 4px 14px; flex-wrap: wrap; margin: 4px 0 }
.key { color: var(--faint); white-space: nowrap }
.swatch { display: inline-block; width: 14px; height: 3px; margin-right: 5px; vertical-align: 4px }
.swatch.one { background: var(--one) } .swatch.two { background: var(--two) }
.rule { stroke: var(--rule); stroke-width: 1 }
.tick { fill: var(--faint); font-size: 12px }
.end { text-anchor: end } .mid { text-anchor: middle }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round }
.line.one { stroke: var(--one) } .line.two { stroke: var(--two) }
.dot.one, .band.one { fill: var(--one) } .dot.two, .band.two { fill: var(--two) }
.band { opacity: .16 }
.mark { fill: var(--card); stroke: var(--bad); stroke-width: 3 }
table { border-collapse: collapse; width: 100%; font-size: 14px }
.wide { overflow-x: auto }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--rule);
  vertical-align: top }
th { color: var(--faint); font-weight: 600 }
th:first-child, td:first-child, .plain td, .plain th { text-align: left }
th, td { white-space: nowrap }
td small { display: block }
th:first-child, td:first-child { padding-left: 0; white-space: normal; min-width: 8em }
.plain td, .last-is-text td:last-child { white-space: normal }
.last-is-text :is(td, th):last-child { text-align: left; padding-left: 24px }
.plain th { width: 200px; white-space: nowrap }
.bar { display: inline-block; width: 90px; height: 7px; margin-left: 8px; border-radius: 4px;
  background: var(--rule); overflow: hidden }
.bar i { display: block; height: 100%; background: var(--one) }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px;
  margin: 8px 0 4px }
.gallery figure { border: 1px solid var(--line); border-radius: 6px; overflow: hidden }
.gallery svg { height: 130px; background: var(--ground) }
.gallery figcaption { display: block; padding: 4px 8px 6px; margin: 0 }
.gallery small { display: block; line-height: 1.3 }
.frame { fill: none; stroke-width: 2.5; vector-effect: non-scaling-stroke }
.frame.found { stroke: #e69f00 } .frame.truth { stroke: #fff; stroke-dasharray: 6 4 }
.under { fill: none; stroke: #000; stroke-opacity: .65; stroke-width: 4.5;
  vector-effect: non-scaling-stroke }
.sample { display: inline-block; width: 26px; height: 14px; margin: 0 6px -1px 14px }
.sample:first-child { margin-left: 0 }
.sample.found { border: 2.5px solid #e69f00 }
.sample.truth { border: 2.5px dashed #fff;
  background: linear-gradient(var(--card), var(--card)) padding-box, #444 border-box }
.footer { font-size: 13px; text-align: center; max-width: none }
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --card: #fff; --line: #cfd4d9; --rule: #dfe3e7; --text: #000;
    --faint: #444; --one: #097c8e; --two: #b86e00; --bad: #c8372d; --warm: #fff;
  }
  @page { margin: 14mm }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  body { font-size: 10.5pt } main { max-width: none; padding: 0 }
  .figures { grid-template-columns: 1fr 1fr }
  .wide { overflow: visible }
  .tiles { grid-template-columns: repeat(4, 1fr) }
  .gallery { grid-template-columns: repeat(6, 1fr); gap: 8px }
  .gallery svg { height: 90px }
  .bar { width: 60px }
  table { font-size: 9pt }
  th, td { padding: 4px 6px }
  figure, .tile, tr, header, .kind, .together { break-inside: avoid }
  h2, h3 { break-after: avoid }
}
"""
