/**
 * A measured quality with its uncertainty. `value` is null, with a reason, where the metric is undefined (never 0);
 * `low` and `high` bound a 95 % bootstrap interval, null where none can be given. `n` counts the rows behind it.
 */
export interface MetricValue {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly reason?: string;
}
