/**
 * The threshold explorer's script: reads the curve from the page, redraws counts and cost. Without JavaScript the page shows
 * the chosen threshold.
 */
export const explorerScript = `
(() => {
  const source = document.getElementById('threshold-data');
  if (!source) return;
  const { curve, start } = JSON.parse(source.textContent);
  const at = (id) => document.getElementById(id);
  const slider = at('threshold'), fp = at('cost-fp'), fn = at('cost-fn');
  const format = (x) => Math.abs(x) >= 100 ? Math.round(x).toLocaleString('en-US') : Number(x.toPrecision(3)).toString();
  const cost = (point) => point.fp * Number(fp.value) + point.fn * Number(fn.value);
  const show = () => {
    const wanted = Number(slider.value);
    const point = curve.reduce((best, p) => Math.abs(p.threshold - wanted) < Math.abs(best.threshold - wanted) ? p : best);
    const n = point.tp + point.fp + point.tn + point.fn;
    const best = curve.reduce((least, p) => cost(p) < cost(least) ? p : least);
    for (const key of ['tp', 'fp', 'tn', 'fn']) at('c-' + key).textContent = format(point[key]);
    at('threshold-value').textContent = point.threshold.toFixed(2);
    at('c-precision').textContent = point.tp + point.fp > 0 ? (100 * point.tp / (point.tp + point.fp)).toFixed(1) + ' %' : 'undefined: nothing is called positive';
    at('c-recall').textContent = point.tp + point.fn > 0 ? (100 * point.tp / (point.tp + point.fn)).toFixed(1) + ' %' : 'undefined: no positive row';
    at('c-cost').textContent = format(1000 * cost(point) / n);
    at('c-best').textContent = best.threshold.toFixed(2) + ' (' + format(1000 * cost(best) / n) + ' per 1,000 rows)';
  };
  slider.value = start;
  for (const input of [slider, fp, fn]) input.addEventListener('input', show);
  show();
})();
`;
