/**
 * The page's script: marks the section in view in the contents, and runs the threshold explorer, which redraws counts and cost
 * from the curve in the page. Without JavaScript the page shows the counts at the chosen threshold.
 */
export const script = `
(() => {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const mark = new IntersectionObserver((entries) => {
    const entry = entries.find((entry) => entry.isIntersecting);
    if (!entry) return;
    for (const [id, link] of links) {
      if (id === entry.target.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const list = document.querySelector("nav ol");
    list.scrollLeft = links.get(entry.target.id).offsetLeft - list.offsetLeft - 40;
  }, { rootMargin: "-10% 0px -80% 0px" });
  for (const section of document.querySelectorAll("main section")) mark.observe(section);

  const source = document.getElementById("threshold-data");
  if (!source) return;
  const { curve, start } = JSON.parse(source.textContent);
  const at = (id) => document.getElementById(id);
  const slider = at("threshold"), fp = at("cost-fp"), fn = at("cost-fn");
  const format = (x) => Math.abs(x) >= 100 ? Math.round(x).toLocaleString("en-US") : Number(x.toPrecision(3)).toString();
  const share = (hits, all, reason) => all > 0 ? (100 * hits / all).toFixed(1) + " %" : "undefined: " + reason;
  const price = (input) => Math.max(0, Number(input.value) || 0);
  const per1000 = (p) => 1000 * (p.fp * price(fp) + p.fn * price(fn)) / (p.tp + p.fp + p.tn + p.fn);
  const show = () => {
    const wanted = Number(slider.value);
    const point = curve.reduce((best, p) => Math.abs(p.threshold - wanted) < Math.abs(best.threshold - wanted) ? p : best);
    const best = curve.reduce((least, p) => per1000(p) < per1000(least) ? p : least);
    const top = Math.max(...curve.map(per1000)) || 1;
    const place = (p) => [(10 + 400 * p.threshold).toFixed(1), (130 - 115 * per1000(p) / top).toFixed(1)];
    for (const key of ["tp", "fp", "tn", "fn"]) at("c-" + key).textContent = point[key].toLocaleString("en-US");
    at("threshold-value").textContent = point.threshold.toFixed(2);
    slider.setAttribute("aria-valuetext", point.threshold.toFixed(2));
    at("c-precision").textContent = share(point.tp, point.tp + point.fp, "nothing is called positive");
    at("c-recall").textContent = share(point.tp, point.tp + point.fn, "there is no positive row");
    at("c-cost").textContent = format(per1000(point));
    at("c-best").textContent = best.threshold.toFixed(2) + " (" + format(per1000(best)) + ")";
    at("cost-line").setAttribute("d", "M" + curve.map((p) => place(p).join(" ")).join("L"));
    at("cost-at").setAttribute("d", "M" + place(point)[0] + " 10V130");
    at("cost-dot").setAttribute("cx", place(point)[0]);
    at("cost-dot").setAttribute("cy", place(point)[1]);
  };
  at("explorer-controls").hidden = false;
  slider.value = start;
  for (const input of [slider, fp, fn]) input.addEventListener("input", show);
  show();
})();
`;
