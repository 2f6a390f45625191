// Of an edge: the connections that carry many calls at once, the calls that are open, and the figures
// of streaming calls, which have an age and messages instead of a latency.
import type { Connection, Figures, OpenCall, Operation, Range } from "./api";
import { age, certainty, count, milliseconds, moment, rate, share } from "./format";
import { Bar, Figure, Section } from "./parts";
import { KINDS } from "./words";

const SHOWN = 12;

const KNOWN_WORDS =
  "Share of header fields whose text is known. HTTP/2 sends a field once and then refers to it by number, so fields that were set before the capture began cannot be read; they are shown as unknown, never guessed. In parentheses: of the latest fields.";

function More({ of }: { of: number }) {
  return of > SHOWN ? <p class="hint">and {count(of - SHOWN)} more</p> : null;
}

/** One that is open gets older while it is silent. */
function ageOf(connection: Connection, range: Range): number {
  const end = connection.closed ? connection.last : range.to;
  return Date.parse(end ?? "") - Date.parse(connection.began ?? "");
}

function wordsOf(c: Connection): string {
  const words = [
    `${c.client_address || "external"}:${c.client_port} to ${c.server_address}:${c.port}`,
    `since ${moment(c.began ?? undefined)}, ${c.closed ? "closed" : "last packet"} ${moment(c.last ?? undefined)}`,
  ];
  if (c.ping_rtt_ms !== null) words.push(`ping answered in ${milliseconds(c.ping_rtt_ms)}`);
  if (c.resets.by_client) words.push(`${count(c.resets.by_client)} calls reset by the client`);
  if (c.resets.by_server) words.push(`${count(c.resets.by_server)} calls reset by the server`);
  const stalls = c.stalls.to_server + c.stalls.to_client;
  if (stalls) words.push(`${count(stalls)} times a sender had to wait for the receiver`);
  if (c.goaways) words.push("a side said that it takes no more calls");
  return words.join("\n");
}

function Known({ of }: { of: Connection["certainty"] }) {
  const late = of.known !== null && of.known < 1 && of.late_known !== null;
  return (
    <>
      {certainty(of.known)}
      {late && <small> (now {certainty(of.late_known)})</small>}
    </>
  );
}

export function Connections({ connections, range }: { connections: Connection[]; range: Range }) {
  if (!connections.length) return null;
  const called = connections.some((one) => one.calls > 0); // else there is nothing to have a share of
  const busiest = [...connections].sort((a, b) => b.calls - a.calls).slice(0, SHOWN);
  return (
    <Section title="Connections">
      <table class="data tight">
        <thead>
          <tr>
            <th title="The client's port, and the backend it leads to">Port</th>
            <th class="n">Age</th>
            <th class="n">Calls</th>
            <th class="n">Share</th>
            <th class="n">Open</th>
            <th class="n known" title={KNOWN_WORDS}>
              Known
            </th>
          </tr>
        </thead>
        <tbody>
          {busiest.map((one) => (
            <tr key={`${one.began} ${one.client_address}:${one.client_port}`} class={one.closed ? "past" : ""}>
              <td class="name" title={wordsOf(one)}>
                :{one.client_port}
                <small class="under">→ {one.server_address}</small>
                <Bar share={one.share} />
              </td>
              <td class="n">{age(ageOf(one, range))}</td>
              <td class="n">{count(one.calls)}</td>
              <td class="n">{share(called ? one.share : undefined)}</td>
              <td class="n">{one.closed && !one.open_calls ? "closed" : count(one.open_calls)}</td>
              <td class="n known" title={KNOWN_WORDS}>
                <Known of={one.certainty} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <More of={connections.length} />
    </Section>
  );
}

function sinceMessage(call: OpenCall): string {
  return call.last_message ? age(Date.parse(call.seen) - Date.parse(call.last_message)) : "–";
}

export function OpenStreams({ calls }: { calls: OpenCall[] }) {
  if (!calls.length) return null;
  return (
    <Section title="Open streams">
      <table class="data tight roomy">
        <thead>
          <tr>
            <th>Operation</th>
            <th class="n">Age</th>
            <th class="n" title="Messages from the client">
              Asks
            </th>
            <th class="n" title="Messages from the server">
              Answers
            </th>
            <th class="n" title="Time since the last message of either side">
              Silent
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.slice(0, SHOWN).map((one) => (
            <tr key={`${one.client_port} ${one.stream_id} ${one.began}`}>
              <td class="name" title={`${one.operation ?? "not known"}\nstream ${one.stream_id} of :${one.client_port}, to ${one.server_address}:${one.port}`}>
                {one.operation ?? <span class="hint">not known</span>}
                <small class="under">{KINDS[one.kind ?? ""] ?? "no message yet"}</small>
              </td>
              <td class="n" title={one.began ? `since ${moment(one.began)}` : "It began before the capture, or its beginning was lost."}>
                {one.age_ms === null ? "unseen" : age(one.age_ms)}
              </td>
              <td class="n" title={`${count(one.request_messages)} so far`}>
                {rate(one.request_messages_per_s)}
              </td>
              <td class="n" title={`${count(one.response_messages)} so far`}>
                {rate(one.response_messages_per_s)}
              </td>
              <td class="n">{sinceMessage(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More of={calls.length} />
    </Section>
  );
}

/** Instead of the percentiles of latency, or below them if there are other calls too. */
export function StreamFigures({ figures }: { figures: Figures }) {
  return (
    <>
      <Figure name="First message" value={milliseconds(figures.first_message_ms?.p50)} title="Median time to the first message back" />
      <Figure name="Message gap" value={milliseconds(figures.message_gap_ms?.p50)} title="Median time between two messages of one side" />
      <Figure name="Age at end" value={age(figures.age_ms?.p50)} title="Median length of streaming calls that ended" />
    </>
  );
}

export function StreamingOperations({ operations }: { operations: Operation[] }) {
  const streaming = operations.filter((one) => one.streams).sort((a, b) => (b.streams ?? 0) - (a.streams ?? 0));
  if (!streaming.length) return null;
  return (
    <Section title="Streaming operations">
      <table class="data tight roomy">
        <thead>
          <tr>
            <th>Operation</th>
            <th class="n" title="Streaming calls that ended">
              Ended
            </th>
            <th class="n" title="Median time to the first message back">
              First
            </th>
            <th class="n" title="Median time between two messages of one side">
              Gap
            </th>
            <th class="n" title="Median length">
              Age
            </th>
          </tr>
        </thead>
        <tbody>
          {streaming.slice(0, SHOWN).map((one) => (
            <tr key={one.edge_id + one.operation}>
              <td class="name" title={one.operation}>
                {one.operation}
              </td>
              <td class="n">{count(one.streams)}</td>
              <td class="n">{age(one.first_message_ms?.p50)}</td>
              <td class="n">{age(one.message_gap_ms?.p50)}</td>
              <td class="n">{age(one.age_ms?.p50)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More of={streaming.length} />
    </Section>
  );
}
