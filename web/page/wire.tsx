// Of an edge: connections, round trips, and what TCP had to do about loss.
import type { Edge } from "./api";
import { bytes, count, milliseconds, share } from "./format";
import { Section } from "./parts";

type Number = number | null | undefined;

interface Both {
  name: string;
  of: (edge: Edge) => [Number, Number]; // sent by the client, by the server
  show: (n: Number) => string;
  trouble?: boolean; // more than none is
}

const size = (n: Number) => bytes(n ?? undefined);

const BOTH: Both[] = [
  { name: "Packets", of: (e) => [e.wire.packets_to_server, e.wire.packets_to_client], show: count },
  { name: "Bytes", of: (e) => [e.wire.bytes_to_server, e.wire.bytes_to_client], show: size },
  { name: "Segments sent again", of: (e) => [e.tcp.retransmits_to_server, e.tcp.retransmits_to_client], show: count, trouble: true },
  { name: "Segments out of order", of: (e) => [e.tcp.out_of_order_to_server, e.tcp.out_of_order_to_client], show: count, trouble: true },
  { name: "Receiver was full (zero window)", of: (e) => [e.tcp.zero_windows_to_server, e.tcp.zero_windows_to_client], show: count, trouble: true },
  { name: "for so long in all", of: (e) => [e.tcp.zero_window_to_server_ms, e.tcp.zero_window_to_client_ms], show: milliseconds },
  { name: "Connections reset", of: (e) => [e.tcp.resets_by_client, e.tcp.resets_by_server], show: count, trouble: true },
];

/** The worst of it, for when the section is shut. */
function gist(edge: Edge): string {
  const packets = (edge.wire.packets_to_server ?? 0) + (edge.wire.packets_to_client ?? 0);
  const again = (edge.tcp.retransmits_to_server ?? 0) + (edge.tcp.retransmits_to_client ?? 0);
  const { refused = 0, unanswered = 0 } = edge.connections;
  const resets = (edge.tcp.resets_by_client ?? 0) + (edge.tcp.resets_by_server ?? 0);
  const words: string[] = [];
  if (refused + unanswered) words.push(`${count(refused + unanswered)} connects failed`);
  if (again && packets) words.push(`${share(again / packets)} sent again`);
  if (resets) words.push(`${count(resets)} reset`);
  return words.join(", ");
}

export function Wire({ edge }: { edge: Edge }) {
  const { connections, tcp } = edge;
  const rows: [string, string, boolean?][] = [
    ["Connections opened", count(connections.opened)],
    ["Closed", count(connections.closed)],
    ["Open at the end", count(connections.active)],
    ["Refused", count(connections.refused), !!connections.refused],
    ["Not answered", count(connections.unanswered), !!connections.unanswered],
    ["Handshake", milliseconds(tcp.connect_ms)],
    ["Network, tap to client and back", milliseconds(tcp.rtt_client_ms)],
    ["at the least", milliseconds(tcp.least_rtt_client_ms)],
    ["Network, tap to server and back", milliseconds(tcp.rtt_server_ms)],
    ["at the least", milliseconds(tcp.least_rtt_server_ms)],
    ["Requests, bytes", bytes(edge.request_bytes)],
    ["Answers, bytes", bytes(edge.response_bytes)],
    ["Time to first byte, p95", milliseconds(edge.ttfb_ms?.p95)],
  ];
  return (
    <Section title="Network" gist={gist(edge)}>
      <table class="plain">
        <tbody>
          {rows.map(([name, value, alarm], i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              <td colSpan={2} class={alarm ? "alarm" : ""}>
                {value}
              </td>
            </tr>
          ))}
          <tr>
            <td />
            <th class="n">by the client</th>
            <th class="n">by the server</th>
          </tr>
          {BOTH.map(({ name, of, show, trouble }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {of(edge).map((value, i) => (
                <td key={i} class={trouble && value ? "alarm" : ""}>
                  {show(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
