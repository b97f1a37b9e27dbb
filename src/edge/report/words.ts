import type { MetricValue } from '../../ml/metrics/index.ts';

/** A number for a reader: about 4 significant digits; an em dash where there is none. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString('en-US');
  if (Number.isInteger(value)) return String(value);
  return size >= 1 ? value.toPrecision(4) : size >= 0.001 ? value.toFixed(4) : value.toPrecision(2);
}

/** The interval of a metric in brackets; empty where there is none. */
export function interval({ low, high }: MetricValue): string {
  return low === null || high === null ? '' : `${number(low)} – ${number(high)}`;
}

/** A share as a percentage. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** A count with its thousands grouped. */
export const count = (n: number): string => n.toLocaleString('en-US');

const metricNames: Readonly<Record<string, string>> = {
  rocAuc: 'ROC AUC',
  prAuc: 'PR AUC',
  logLoss: 'Log loss',
  brier: 'Brier score',
  accuracy: 'Accuracy',
  balancedAccuracy: 'Balanced accuracy',
  f1: 'F1',
  precision: 'Precision',
  recall: 'Recall',
  mcc: 'MCC',
  rmse: 'RMSE',
  mae: 'MAE',
  mape: 'MAPE',
  r2: 'R²',
  ece: 'ECE',
};

/** A metric's name as people write it. */
export function metricName(name: string): string {
  return metricNames[name] ?? name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').replace(/^./, (letter) => letter.toUpperCase());
}

/** Whether a larger value of a metric is better. */
export function isGreaterBetter(name: string): boolean {
  return !['logLoss', 'brier', 'rmse', 'mae', 'mape', 'pinball', 'ece', 'medianAbsoluteError'].includes(name);
}
