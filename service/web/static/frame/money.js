// Money as people read it. The service gives decimals as text: they are shown as they are, never added up here.

/** "$1,234.50"; a price that is not known is said to be so. */
export function moneyOf(amount, currency) {
  if (amount === null) return "no price is known";
  return Number(amount).toLocaleString(undefined, { style: "currency", currency });
}
