/** The page's own style sheet: light, dark and print from one set of variables; no remote asset. */
export const style = `
:root{--paper:#fff;--ink:#1b2130;--dim:#5d6576;--faint:#8b93a3;--line:#e4e6ea;--soft:#f5f6f8;--accent:#2456c4;--wash:#edf2fc;--good:#1a6e45;--goodwash:#e6f4ec;--warn:#855600;--warnwash:#fcf3df;--bad:#b02a20;--badwash:#fcebe9;--part1:#86a4e0;--part2:#c6cad2;color-scheme:light}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12151b;--ink:#e6e8ed;--dim:#9ba4b4;--faint:#747d8d;--line:#2a303b;--soft:#191d25;--accent:#83acf8;--wash:#1b2539;--good:#6fce9e;--goodwash:#14291e;--warn:#e3b552;--warnwash:#2b2413;--bad:#f4938a;--badwash:#321b19;--part1:#4667a6;--part2:#4a515e;color-scheme:dark}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.sr,.skip{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
.skip:focus{clip-path:none;width:auto;height:auto;left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:9}
.dim{color:var(--dim);font-weight:400}
header,.page,footer{max-width:74rem;margin:0 auto;padding:0 2.5rem}
header{padding-top:4.5rem;padding-bottom:2.25rem}
header p{margin:0}
h1{font-size:2.5rem;line-height:1.15;margin:.15rem 0 .5rem;font-weight:660;letter-spacing:-.025em}
h2{font-size:1.5rem;line-height:1.25;margin:0;font-weight:640;letter-spacing:-.018em}
h3{font-size:1rem;margin:2rem 0 .5rem;font-weight:620}
.page{display:grid;grid-template-columns:10.5rem minmax(0,1fr);gap:0 4rem;align-items:start}
nav{position:sticky;top:0;padding:2.8rem 0;margin-left:-.85rem;max-height:100vh;overflow-y:auto;font-size:.9rem}
nav ol{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.22rem 0 .22rem .85rem;color:var(--dim);text-decoration:none;border-left:2px solid transparent}
nav a:hover{color:var(--ink)}
nav a[aria-current]{color:var(--accent);border-color:var(--accent)}
section{padding:2.6rem 0 3.2rem;border-top:1px solid var(--line)}
h2+:not(.lead){margin-top:1.2rem}
.lead{color:var(--dim);margin:.35rem 0 1.4rem;max-width:44rem}
section>p,section>ul,.finding p,.finding ul{max-width:46rem}
.statement{font-size:1.3rem;line-height:1.5;letter-spacing:-.006em;margin:.9rem 0 1.2rem}
.badges{margin:1rem 0 0}
.badge{display:inline-block;padding:.06rem .55rem;border-radius:99px;font-size:.8rem;line-height:1.5;font-weight:600;white-space:nowrap}
.badge.good{background:var(--goodwash);color:var(--good)}.badge.bad{background:var(--badwash);color:var(--bad)}.badge.warn{background:var(--warnwash);color:var(--warn)}.badge.plain{background:var(--wash);color:var(--accent)}
.note{border-left:3px solid var(--warn);background:var(--warnwash);padding:.75rem 1.1rem;border-radius:0 6px 6px 0;margin:0 0 1.5rem}
ul.plain,ul.marks{list-style:none;margin:.5rem 0;padding:0}
ul.plain li{padding:.12rem 0 .12rem 1.1rem;position:relative}
ul.plain li::before{content:"–";position:absolute;left:0;color:var(--faint)}
ul.marks{font-size:.95rem}
ul.marks li{padding:.3rem 0 .3rem 1.5rem;position:relative}
ul.marks li::before{position:absolute;left:0;font-weight:700}
ul.marks li.good::before{content:"✓";color:var(--good)}ul.marks li.bad::before{content:"✗";color:var(--bad)}ul.marks li.warn::before{content:"!";left:.25rem;color:var(--warn)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:0 3.5rem}
.facts{display:flex;flex-wrap:wrap;gap:1rem 2.6rem;margin:.4rem 0 1.2rem}
.facts dt,caption,figcaption,label{font-size:.84rem;color:var(--dim)}
.facts dd{margin:0;font-size:1.08rem;font-weight:560}
.facts dd code{font-size:.84rem;font-weight:400;overflow-wrap:anywhere}
.terms{font-size:.92rem;max-width:46rem}.terms dt{font-weight:600;margin-top:.6rem}.terms dd{margin:0;color:var(--dim)}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-x:auto;margin:.6rem 0 1.2rem}
.scroll{overflow-x:auto;margin:.6rem 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.45}
th,td{text-align:left;vertical-align:middle;padding:.5rem 1.3rem .5rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:500;color:var(--dim);font-size:.82rem;vertical-align:bottom;padding-top:.2rem}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:8rem}
td small{display:block;white-space:nowrap;font-size:.82rem;color:var(--dim)}
#reproduction td code{overflow-wrap:anywhere}
.values{min-width:13rem}.message{min-width:14rem}
.range{white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;white-space:nowrap}
thead th.n{white-space:normal}
.n .dim{margin-left:.4rem}
.reason{display:inline-block;white-space:normal;max-width:15rem;color:var(--dim);text-align:left}
.plot{width:176px}
tr.chosen>th{font-weight:660}tr.chosen>td.n:not(.dim){font-weight:600}
tr.chosen>:first-child{box-shadow:inset 3px 0 0 var(--accent);padding-left:.8rem}
.params{display:block;font-size:.8rem;font-weight:400;color:var(--dim)}
.axis{display:flex;justify-content:space-between;width:176px}
.legend,.legend span{white-space:nowrap}
.key{display:inline-block;width:.6rem;height:.6rem;border-radius:2px;margin:0 .45rem 0 0}
.key.dot,.key.ring{border-radius:50%;border:2px solid var(--accent);background:var(--accent);margin:0 .2rem 0 .3rem}
.key.ring{border-color:var(--faint);background:none;margin-left:.6rem}
.key.part0{background:var(--accent)}.key.part1{background:var(--part1)}.key.part2{background:var(--part2)}.key.part3{background:var(--faint)}
.shares{display:block;width:100%;height:10px;border-radius:3px;margin:.2rem 0 1rem}
.shares .part0{fill:var(--accent)}.shares .part1{fill:var(--part1)}.shares .part2{fill:var(--part2)}.shares .part3{fill:var(--faint)}
.whisker{display:block;width:176px;height:20px;fill:none;stroke:var(--mark);--mark:var(--dim);stroke-width:2;stroke-linecap:round}
.whisker circle{fill:var(--mark);stroke:var(--paper);stroke-width:1.5}
.whisker .grid{stroke:var(--line);stroke-width:1}
.whisker .ref{stroke:var(--faint);stroke-width:1;stroke-dasharray:3 3}
.whisker .other{fill:var(--paper);stroke:var(--faint);stroke-width:2}
.whisker.strong{--mark:var(--accent)}.whisker.faint{--mark:var(--faint)}.whisker.bad{--mark:var(--bad)}
.spark{display:block;width:112px;height:24px;fill:var(--accent);opacity:.75}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:2rem 3rem;align-items:start}
figure{margin:0}figcaption{margin-top:.4rem}
.wide{margin-bottom:2rem}.wide svg.plot{max-width:46rem}.low{color:var(--accent)}.high{color:var(--bad)}
svg.plot text{white-space:pre}
svg.plot{display:block;width:100%;max-width:30rem;height:auto;overflow:visible;font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);--plot-background:var(--paper)}
.matrix table,.counts{width:auto;border-collapse:separate;border-spacing:3px}
.matrix th,.matrix td,.counts th,.counts td{border:0;padding:.35rem .6rem}
.matrix tbody th,.counts tbody th{text-align:right;font-weight:400;color:var(--dim);min-width:0;overflow-wrap:normal}
.matrix th.c,.counts thead th{text-align:center;color:var(--dim);font-size:.82rem;font-weight:400}
.matrix td,.counts td.right,.counts td.wrong{text-align:center;border-radius:5px;min-width:4.4rem;background:color-mix(in srgb,var(--hue) var(--share,0%),var(--soft))}
.matrix td small{font-size:.78rem;color:inherit;opacity:.85}
.counts{margin:0 0 1.2rem;font-size:.88rem}.counts caption{text-align:left;padding:0 0 .2rem}.counts td.right,.counts td.wrong{font-size:1.25rem;font-weight:600;padding:.8rem 1rem;min-width:6.5rem}
.right{--hue:var(--accent)}.wrong{--hue:var(--bad)}
.s1{--share:5%}.s2{--share:10%}.s3{--share:14%}.s4{--share:18%}.s5{--share:22%}.s6{--share:26%}.s7{--share:29%}.s8{--share:32%}.s9{--share:35%}.s10{--share:38%}
.explorer{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.5rem 3.5rem;margin:1.6rem 0 .6rem;align-items:start}
.explorer label{display:block;margin-bottom:.2rem}
.pair{display:flex;flex-wrap:wrap;gap:1rem 1.6rem;margin:1rem 0 1.6rem}
input[type=range]{width:100%;margin:.3rem 0;accent-color:var(--accent)}
input[type=number]{width:7.5rem;padding:.4rem .6rem;border:1px solid var(--faint);border-radius:6px;background:var(--paper);color:var(--ink);font:inherit}
.cost{display:block;width:100%;max-width:30rem;fill:none;font-size:11px}
.cost text{fill:var(--dim);text-anchor:middle}.cost .base{stroke:var(--line)}.cost .at{stroke:var(--faint);stroke-dasharray:3 3}.cost .line{stroke:var(--accent);stroke-width:2}.cost circle{fill:var(--paper);stroke:var(--ink);stroke-width:2}
details{margin:1rem 0}summary{cursor:pointer;color:var(--accent);font-size:.95rem;width:fit-content}
.finding{margin:0 0 1.6rem}.finding h3{margin:1.2rem 0 .2rem}.finding p{margin:.2rem 0}
footer{color:var(--dim);font-size:.86rem;padding-top:1.5rem;padding-bottom:4rem}
@media (max-width:62rem){
.page{display:block}
nav{padding:.55rem 0;margin:0 -2.5rem;border-top:1px solid var(--line);background:var(--paper);border-bottom:1px solid var(--line);z-index:5}
nav ol{display:flex;overflow-x:auto;padding:0 2.2rem}
nav a{white-space:nowrap;padding:.2rem .55rem;border-left:0;border-bottom:2px solid transparent}
html{scroll-padding-top:3.6rem}
section:first-child{border:0}
}
@media (max-width:40rem){
body{font-size:15px}
header,.page,footer{padding-left:1.15rem;padding-right:1.15rem}
header{padding-top:2.4rem;padding-bottom:1.4rem}h1{font-size:1.9rem}
nav{margin:0 -1.15rem}nav ol{padding:0 .6rem}
section{padding:1.9rem 0 2.2rem}.statement{font-size:1.13rem}
th,td{padding-right:.8rem}tbody th{min-width:7rem}.n{white-space:normal}.n .dim{margin-left:0;display:inline-block}.facts{gap:.8rem 1.8rem}
.whisker,.axis,.plot{width:104px}.legend{white-space:normal}.key.ring{margin-left:.3rem}
}
@media (max-width:30rem){td.plot,th.plot{display:none}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{
html{font-size:12px}body{font-size:10pt}nav,.skip,#explorer-controls,noscript{display:none}
.page{display:block;border:0}header,.page,footer{padding-left:0;padding-right:0;max-width:none}header{padding-top:0}
section{padding:1rem 0;border-bottom:0;border-top:1px solid var(--line)}
figure,tr,.finding,.facts>div{break-inside:avoid}h2,h3,thead{break-after:avoid}.scroll{overflow:visible}
details::details-content{content-visibility:visible;display:block;height:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
