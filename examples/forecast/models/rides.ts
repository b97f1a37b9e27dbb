import { defineForecast } from "fettle";

export default defineForecast({
  name: "rides",
  data: { files: ["rides.csv"] },
  time: "hour",
  value: "rides",
  series: "station",

  horizon: 48,
  range: { min: 0 },
  gaps: "zero", // an hour without a row is an hour without a ride
  levels: [0.8, 0.95],

  // Compared from three origins in the past; the last two days of every station confirm once.
  search: { families: ["seasonal-naive", "holt-winters", "theta"] },
  seed: 1,
});
