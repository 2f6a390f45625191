// Which question a view with rows asks, and with what. Its downloads ask the same one, so that they
// have what is shown, in the order it is shown in.
import { rangeParams, type Address, type View } from "./address";
import { ApiError, type Range } from "./api";
import { isExpression } from "./search";

export interface Listing {
  question: string; // below /api/v1/
  rows: string; // what the answer has them in
  sort: string; // "-p95": how, if the address says nothing
}

export const LISTINGS: Partial<Record<View, Listing>> = {
  edges: { question: "edges", rows: "edges", sort: "-health" },
  services: { question: "services", rows: "services", sort: "-rate" },
  operations: { question: "operations", rows: "operations", sort: "-rate" },
  tls: { question: "tls", rows: "tls", sort: "-verdict" },
  insights: { question: "insights", rows: "insights", sort: "-weight" },
  events: { question: "events", rows: "events", sort: "-time" },
  diff: { question: "diff", rows: "changes", sort: "-weight" },
  traces: { question: "traces", rows: "traces", sort: "-time" },
  relays: { question: "relays", rows: "relays", sort: "-requests" },
  names: { question: "names", rows: "names", sort: "address" },
};

/** The words that are searched, each as the filter language has it: it occurs in any text of the row. */
const wordsOf = (find: string) => isExpression(find) ? [] : find.split(/[\s"]+/).filter(Boolean).map((word) => `"${word}"`);

/** What is found: by the expression, and by the words of the search. */
function findOf({ filter, find }: Address): string {
  const words = wordsOf(find);
  const expression = filter.trim() ? (words.length ? [`(${filter})`] : [filter]) : [];
  return [...expression, ...words].join(" and ");
}

/** Where in the expression itself an error is, which is told of all that was asked. */
export function placed(error: ApiError | null, { filter, find }: Address): ApiError | null {
  if (error?.parameter !== "find" || !filter.trim() || !wordsOf(find).length) return error;
  const at = Math.min(Math.max(0, error.at - 1), new TextEncoder().encode(filter).length);
  return new ApiError(error.message, error.gone, error.parameter, at);
}

export const sortOf = (address: Address) => address.sort || (LISTINGS[address.view]?.sort ?? "");

const pair = (range: Range) => `${range.from}..${range.to}`;

/** null while it cannot be asked: what is compared is not known yet. */
export function listingParams(address: Address, shown: Range | undefined, against: Range | null): Record<string, string> | null {
  const find = findOf(address);
  const sort = sortOf(address);
  const rows = { ...(find ? { find } : {}), ...(address.hide.trim() ? { hide: address.hide } : {}), ...(sort ? { sort } : {}) };
  if (address.view === "traces") return { ...rangeParams(address), ...rows, limit: "500" };
  if (address.view !== "diff") return { ...rangeParams(address), ...rows };
  return shown?.from && against ? { before: pair(against), after: pair(shown), ...rows } : null;
}

/** Does the address leave rows out? */
export const narrows = (address: Address) => !!(address.filter.trim() || address.hide.trim() || address.find.trim());
