/** The page's own style sheet: light, dark and print from one set of variables; no remote asset. */
export const style = `
:root{--paper:#fbfaf8;--card:#fff;--ink:#1d2330;--dim:#6a7180;--faint:#a9aeb8;--line:#e5e3de;--soft:#8fa6c4;--accent:#2f63c8;--wash:#eef3fc;--good:#1f7a4d;--goodwash:#e8f5ee;--warn:#966200;--warnwash:#fdf3dc;--bad:#b3362b;--badwash:#fcebe9;color-scheme:light}
@media (prefers-color-scheme:dark){:root{--paper:#14171d;--card:#1b1f27;--ink:#e7e9ee;--dim:#9aa2b1;--faint:#626a78;--line:#2c323d;--soft:#5f7596;--accent:#7aa5f5;--wash:#1e2737;--good:#66c796;--goodwash:#17291f;--warn:#e0b04c;--warnwash:#2d2514;--bad:#f08a80;--badwash:#321c1a;color-scheme:dark}}
*{box-sizing:border-box}html{scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:2px}:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
header.top,main,footer{max-width:68rem;margin:0 auto;padding:0 1.5rem}
header.top{padding-top:2.75rem}.kicker{color:var(--dim);font-size:.84rem;letter-spacing:.02em;margin:0}
h1{font-size:1.9rem;line-height:1.2;margin:.3rem 0 .6rem;font-weight:650;letter-spacing:-.015em}h2{font-size:1.22rem;margin:0 0 .35rem;font-weight:640;letter-spacing:-.01em}h3{font-size:.98rem;margin:1.4rem 0 .5rem;font-weight:620}
.lead{color:var(--dim);margin:.1rem 0 1rem;max-width:46rem}
nav{position:sticky;top:0;z-index:5;background:color-mix(in srgb,var(--paper) 92%,transparent);backdrop-filter:blur(6px);border-bottom:1px solid var(--line);margin-top:1.6rem}
nav ul{max-width:68rem;margin:0 auto;padding:.55rem 1.5rem;display:flex;gap:1.05rem;overflow-x:auto;list-style:none;font-size:.86rem}nav a{color:var(--dim);text-decoration:none;white-space:nowrap}nav a:hover{color:var(--accent)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.5rem 1.65rem;margin:1.4rem 0;scroll-margin-top:3.4rem}
.verdict{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:1.2rem 2.2rem;align-items:start}
.badge{display:inline-flex;align-items:center;gap:.45rem;padding:.2rem .7rem;border-radius:99px;font-size:.82rem;font-weight:600}.badge.good{background:var(--goodwash);color:var(--good)}.badge.bad{background:var(--badwash);color:var(--bad)}.badge.warn{background:var(--warnwash);color:var(--warn)}.badge.plain{background:var(--wash);color:var(--accent)}
.big{font-size:2.9rem;line-height:1.05;font-weight:680;letter-spacing:-.03em;margin:.5rem 0 .1rem}.big small{font-size:.95rem;font-weight:450;letter-spacing:0;color:var(--dim);display:block;margin-top:.45rem}
ul.points{list-style:none;margin:0;padding:0}ul.points li{padding:.5rem 0 .5rem 1.5rem;position:relative;border-bottom:1px solid var(--line)}ul.points li:last-child{border:0}ul.points li::before{position:absolute;left:0;font-weight:700}ul.points li.good::before{content:"✓";color:var(--good)}ul.points li.bad::before{content:"✗";color:var(--bad)}ul.points li.warn::before{content:"!";color:var(--warn);left:.2rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1.4rem 2rem}figure{margin:0}figure svg{width:100%;height:auto;max-width:40rem}figcaption{font-size:.84rem;color:var(--dim);margin-top:.35rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}th{font-weight:560;color:var(--dim);text-align:left;font-size:.8rem;border-bottom:1px solid var(--line);padding:.35rem .7rem .35rem 0;white-space:nowrap}td{padding:.42rem .7rem .42rem 0;border-bottom:1px solid var(--line);vertical-align:top}tr:last-child td{border-bottom:0}td.n,th.n{text-align:right;white-space:nowrap}td.dim,.dim{color:var(--dim)}tr.chosen td{font-weight:620}tr.chosen td:first-child{box-shadow:inset 3px 0 0 var(--accent);padding-left:.7rem}
code,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.86em}pre{background:var(--wash);border-radius:8px;padding:.85rem 1rem;overflow-x:auto;margin:.6rem 0}
.spark{width:96px;height:24px;display:block}.spark rect{fill:var(--accent);opacity:.7}
.bar{display:inline-block;height:.55rem;border-radius:3px;background:var(--accent);opacity:.75;vertical-align:middle}
.note{border-left:3px solid var(--warn);background:var(--warnwash);padding:.65rem 1rem;border-radius:0 8px 8px 0;margin:.8rem 0}.note.bad{border-color:var(--bad);background:var(--badwash)}.note.good{border-color:var(--good);background:var(--goodwash)}
.explorer{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1.4rem 2.2rem}.explorer label{display:block;font-size:.84rem;color:var(--dim);margin:.7rem 0 .2rem}.explorer input[type=range]{width:100%;accent-color:var(--accent)}.explorer input[type=number]{width:6.5rem;padding:.3rem .5rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:var(--ink);font:inherit}
.matrix{display:grid;grid-template-columns:auto 1fr 1fr;gap:4px;font-size:.88rem}.matrix>div{padding:.65rem .8rem;border-radius:6px;background:var(--wash)}.matrix>.h{background:none;color:var(--dim);font-size:.8rem;padding:.3rem .4rem}.matrix>.err{background:var(--badwash)}.matrix b{display:block;font-size:1.25rem}
details{margin:.7rem 0}summary{cursor:pointer;color:var(--accent);font-size:.9rem}
footer{color:var(--dim);font-size:.84rem;padding-bottom:3rem}
@media (max-width:44rem){.verdict,.explorer{grid-template-columns:minmax(0,1fr)}section{padding:1.1rem}.big{font-size:2.2rem}}
@media print{nav,.explorer input,.explorer label,.skip{display:none}body{background:#fff;font-size:10.5pt}section{border:0;border-top:1px solid #ccc;border-radius:0;padding:1rem 0;margin:.6rem 0}figure,tr,.matrix{break-inside:avoid}h2,h3{break-after:avoid}details{display:block}details>summary{display:none}}
`;
