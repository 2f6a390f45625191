// Figures that need a word beside them: whose fault errors are, which health goes by, and percentiles that
// rest on few requests.
import type { ComponentChildren } from "preact";
import type { Figures, Health, Latency } from "./api";
import { count, milliseconds, share } from "./format";
import { HEALTH } from "./words";

/** As graph/verdict.h has it: from these shares on it is worth a look, or failing. */
export const RULE = { look: 0.01, failing: 0.05, client: 0.2 };

export const clientErrors = (of: Figures) => of.outcomes.client_error ?? 0;
const part = (n: number, of: Figures) => (of.requests ? n / of.requests : 0);
export const clientShare = (of: Figures) => part(clientErrors(of), of);
export const serverShare = (of: Figures) => part(of.errors - clientErrors(of), of);

/** Errors of callers alone, or all but: these leave an edge well up to a fifth. */
const mostlyClient = (of: Figures) => clientErrors(of) > 0 && serverShare(of) < RULE.look;

/** "3.1 % server errors, 26 % client errors"; "" if there are none. */
export function faults(of: Figures): string {
  const [server, client] = [serverShare(of), clientShare(of)];
  return [server ? `${share(server)} server errors` : "", client ? `${share(client)} client errors` : ""].filter(Boolean).join(", ");
}

/** "15 % client" where that is all that it is; for where there is room for no more. */
export function failedText(of: Figures): string {
  if (!of.requests) return share(undefined);
  return share(of.error_rate) + (mostlyClient(of) ? " client" : "");
}

/** Likewise, in a table. */
export function failed(of: Figures): ComponentChildren {
  if (!of.requests || !of.errors) return share(of.requests ? 0 : undefined);
  return (
    <span title={faults(of)}>
      {share(of.error_rate)}
      {mostlyClient(of) && <small> client</small>}
    </span>
  );
}

/** Below the share of errors, in the panel. */
export function whose(of: Figures): string {
  const client = clientErrors(of);
  if (!of.errors) return "";
  return client === of.errors ? "all client errors" : client ? `${share(serverShare(of))} server, ${share(clientShare(of))} client` : "all server errors";
}

/** Health with what it goes by: "failing: 23 % server errors". `slower`: so many times as before. */
export function healthWords(of: Figures, health: Health, slower?: number): string {
  const word = HEALTH[health] ?? health;
  const [server, client] = [serverShare(of), clientShare(of)];
  if (health === "good") return client ? `${word}: client errors count from ${share(RULE.client)} on` : word;
  if (health !== "warn" && health !== "bad") return word;
  if (server >= RULE.look) return `${word}: ${share(server)} server errors`;
  if (client >= RULE.client) return `${word}: ${share(client)} client errors`;
  return slower ? `${word}: ${slower.toPrecision(2)} times as slow as before` : word;
}

export const RULE_WORDS = `${share(RULE.look)} server errors are worth a look, ${share(RULE.failing)} failing; of client errors (4xx and their like: the caller's fault) ${share(RULE.client)} are worth a look.`;

type Percentile = "p50" | "p95" | "p99";

const NEEDED: Record<Percentile, number> = { p50: 2, p95: 20, p99: 100 }; // requests, for one to be beyond it
const TOO_FEW = 5; // below, the tail is not told at all

/** How many requests latencies are of. */
export const timed = (of: Figures): number => of.latency_ms?.count ?? of.requests;

/** The tail of a handful is its slowest one, so it is not told. */
export function percentileOf(latency: Latency | null | undefined, name: Percentile): number | null {
  const few = latency?.count !== undefined && latency.count < TOO_FEW && name !== "p50";
  return few ? null : (latency?.[name] ?? null);
}

export const STREAMS = "Streaming calls have an age and messages instead of a latency; they are not in it.";

/** What is to be known beside a percentile; "" if nothing. */
export function percentileHint(of: Figures, name: Percentile): string {
  const n = timed(of);
  const few = n < NEEDED[name] ? `Of ${count(n)} timed ${n === 1 ? "request" : "requests"}: ${n ? "too few to rely on" : "none was answered whole"}.` : "";
  return [few, of.streams ? STREAMS : ""].filter(Boolean).join(" ");
}

/** In a table: pale where it rests on too few, with how many those are where that stands nowhere else. */
export function percentile(of: Figures, name: Percentile): ComponentChildren {
  const n = timed(of);
  const hint = of.requests ? percentileHint(of, name) : "";
  const text = milliseconds(percentileOf(of.latency_ms, name));
  if (!hint) return text;
  const beside = name !== "p50" ? "" : !n && of.streams ? " streams" : n && n < NEEDED.p95 && n < of.requests ? ` of ${count(n)}` : "";
  return (
    <span class={n < NEEDED[name] ? "few" : undefined} title={hint}>
      {beside === " streams" ? "" : text}
      {beside && <small>{beside}</small>}
    </span>
  );
}
