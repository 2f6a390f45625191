// How good the capture was: counters in words, and what happened to the collector.
import type { CaptureFinding, CaptureHealth, Incident, ProtocolHealth } from "./api";
import { rangeParams, type Address } from "./address";
import { useAnswer } from "./data";
import { age, count, moment, share } from "./format";
import { Mark, Spoiled } from "./parts";
import { CAPTURE, DECODE, LIMITS, SEVERITY_HEALTH, TROUBLES } from "./words";

type Counters = Record<string, number>;

export function countersOf(health: CaptureHealth | null, section: string): Counters {
  const counters = health?.[section];
  return typeof counters === "object" && counters ? (counters as Counters) : {};
}

const figure = (name: string, value: number | undefined) =>
  name.endsWith("_ns") ? age(value === undefined ? value : value / 1e6) : count(value);

/** Red only if the verdict is that figures are spoiled: a few of these are part of any capture. */
function CounterTable({ title, rows, counters, spoiled }: { title: string; rows: typeof CAPTURE; counters: Counters; spoiled: boolean }) {
  return (
    <section class="card">
      <h3>{title}</h3>
      <table class="plain">
        <tbody>
          {rows.filter(([name], i) => counters[name] || i < 3).map(([name, words, spoils]) => (
            <tr key={name}>
              <th scope="row">{words}</th>
              <td class={spoils && spoiled && counters[name] ? "alarm" : ""}>{figure(name, counters[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What is wrong, the worst first, and what helps. */
function Findings({ findings }: { findings: CaptureFinding[] }) {
  if (!findings.length) return null;
  return (
    <ul class="causes">
      {findings.map((one) => (
        <li key={one.what}>
          <Mark health={SEVERITY_HEALTH[one.severity]} /> <b>{one.what}.</b> <span class="hint">{one.remedy}</span>
        </li>
      ))}
    </ul>
  );
}

/** By protocol and reason; reasons that there are none of are left out. */
function Protocols({ protocols }: { protocols: ProtocolHealth[] }) {
  const shown = TROUBLES.filter(([name]) => protocols.some((one) => one[name]));
  if (!protocols.length) return null;
  return (
    <section class="card span">
      <h3>How each protocol was read</h3>
      <div class="scroll">
        <table class="data">
          <thead>
            <tr>
              <th>Protocol</th>
              <th class="n">Connections</th>
              <th class="n">Requests</th>
              <th class="n" title="Bytes that were acknowledged but never seen">
                Missing
              </th>
              {shown.map(([name, title, words]) => (
                <th key={name} class="n" title={words}>
                  {title}
                </th>
              ))}
              <th>Marks</th>
            </tr>
          </thead>
          <tbody>
            {protocols.map((one) => (
              <tr key={one.protocol}>
                <td class="name">{one.protocol}</td>
                <td class="n">{count(one.connections)}</td>
                <td class="n">{count(one.requests)}</td>
                <td class="n">{share(one.missing_share)}</td>
                {shown.map(([name]) => (
                  <td key={name} class="n">
                    {count(Number(one[name]))}
                  </td>
                ))}
                <td>
                  <Spoiled quality={one.quality} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The verdict of the server: whether figures are spoiled, and why, in a line. */
export function verdict(health: CaptureHealth | null): { text: string; spoiled: boolean } {
  const { severity, text } = health?.verdict ?? { severity: "none", text: "" };
  return { text: text && text[0]!.toUpperCase() + text.slice(1) + ".", spoiled: severity === "warn" || severity === "bad" };
}

export function CaptureView(props: { address: Address; version: number; health: CaptureHealth | null }) {
  const events = useAnswer<{ events: Incident[] }>("events", rangeParams(props.address), props.version);
  const capture = countersOf(props.health, "capture");
  const { text, spoiled } = verdict(props.health);
  const newest = [...(events.data?.events ?? [])].reverse();
  return (
    <div class="sheet capture">
      <div class="sheet-head">
        <h2>Capture health</h2>
      </div>
      <div class="scroll">
        <div class={spoiled ? "verdict spoiled" : "verdict"}>
          <p>{text}</p>
          <Findings findings={props.health?.findings ?? []} />
        </div>
        <div class="cards">
          <Protocols protocols={props.health?.protocols ?? []} />
          <CounterTable title="What the tap delivered" rows={CAPTURE} counters={capture} spoiled={spoiled} />
          <CounterTable title="What was made of it" rows={DECODE} counters={countersOf(props.health, "decode")} spoiled={spoiled} />
          <CounterTable title="What did not fit into its windows" rows={LIMITS} counters={(props.health ?? {}) as Counters} spoiled={spoiled} />
          <section class="card">
            <h3>Events</h3>
            {newest.length ? (
              <ol class="events">
                {newest.map((event, i) => (
                  <li key={event.time + i}>
                    <time>{moment(event.time)}</time> <b>{event.kind}</b> {event.text}
                  </li>
                ))}
              </ol>
            ) : (
              <p class="hint">Nothing happened to the collector in this range.</p>
            )}
          </section>
        </div>
      </div>
    </div>
  );
}
