import type { Chart } from "chart.js";

declare global {
  /** Set by vendor/chart.js, which is a classic script. */
  interface Window {
    Chart: typeof Chart;
  }
}
export {};
