// What the short words of the data mean, in sentences.
import type { Health, Severity } from "./api";

/** The mark that stands for a severity. */
export const SEVERITY_HEALTH: Record<Severity, Health> = { none: "good", note: "good", warn: "warn", bad: "bad" };

export const NOTES: Record<string, string> = {
  midstream: "Some connections began before the capture, so their first requests may be missing.",
  gap: "Bytes were lost on the way to the tap; what they held is counted as unknown.",
  truncated: "Some packets were captured only in part, or texts were too long and are cut.",
  retransmitted: "Some bytes were sent again; their latencies include the wait.",
  "inferred-direction": "No handshake was seen; who is the client was inferred.",
  pipelined: "Requests were sent before the previous answer ended.",
  "early-answer": "Some answers began before their request had ended.",
  "ambiguous-length": "A message gave two lengths, which can be an attack.",
  upgraded: "Connections went on as another protocol.",
  "unknown-fields": "Header fields that were set before the capture began cannot be read; where they are needed it says unknown.",
  pushed: "Some answers were promised by the server; nobody asked.",
  refused: "The server refused some calls before it began with them.",
  deadline: "Some calls ended after the deadline that the client had set.",
  "one-way": "Of some connections only one side's packets reach the tap: what was answered is not known.",
  skew: "Some answers are stamped before their requests: the clocks of the capture disagree.",
  compressed: "Some messages were compressed; their sizes are those on the wire.",
};

export const OUTCOMES: [string, string][] = [
  ["ok", "Fine"],
  ["client_error", "Caller's fault"],
  ["server_error", "Server's fault"],
  ["timeout", "Timed out"],
  ["reset", "Reset by the server"],
  ["cancelled", "Given up by the client"],
  ["unanswered", "No answer seen"],
  ["unknown", "Not seen whole"],
];

/** What spoils figures: [letter, what it means]. */
export const MARKS: Record<string, [string, string]> = {
  "one-way": ["O", "only one side's packets reach the tap"],
  missing: ["M", "bytes were acknowledged but never seen"],
  drops: ["D", "packets were dropped: all figures are lower bounds"],
  sampled: ["E", "too much to read: some connections were left out, counts are estimates"],
  undecoded: ["U", "not all of it could be decoded"],
  skew: ["K", "times contradict the order of things"],
  truncated: ["T", "packets were cut by the snapshot length"],
  shed: ["S", "parts of messages were too long to read"],
  copies: ["C", "copies of packets were removed"],
  midstream: ["B", "connections began before the capture"],
};

/** How much that spoils: [symbol, words]. */
export const SEVERITIES: Record<string, [string, string]> = {
  none: ["", "nothing is spoiled"],
  note: ["", "good to know"],
  warn: ["~", "a little off"],
  bad: ["!", "not to be trusted"],
};

/** Kinds of calls, by who sends many messages. */
export const KINDS: Record<string, string> = {
  unary: "one answer",
  "client-streaming": "client streams",
  "server-streaming": "server streams",
  "bidi-streaming": "both stream",
};

export const SOURCES: Record<string, string> = {
  user: "named by your list",
  kubernetes: "named by Kubernetes",
  dns: "named by DNS answers on the wire",
  host: "named by the Host header or TLS server name",
  "hosts-file": "named by the hosts file",
  address: "no name known",
};

export const HEALTH: Record<string, string> = { good: "well", warn: "worth a look", bad: "failing", idle: "idle" };

/** Counters of the capture: [name, what it counts, whether more than none spoils the picture]. */
export const CAPTURE: [string, string, boolean][] = [
  ["frames", "frames received", false],
  ["bytes", "bytes received", false],
  ["packets", "TCP and UDP packets read", false],
  ["kernel_drops", "lost because this machine was too slow", true],
  ["unfollowed", "of connections left out, there was too much to read", true],
  ["sampled_ns", "connections were left out, and counts scaled, for", true],
  ["interface_drops", "lost in the network card", true],
  ["truncated", "cut by the snapshot length", true],
  ["headers_cut", "cut so short that their ports are missing", true],
  ["malformed", "with headers that contradict themselves", true],
  ["mirror_lost", "lost by the mirror, by its own numbers", true],
  ["mirror_seen", "numbered by the mirror", false],
  ["behind_ns", "read more than a second late, for", true],
  ["source_gone", "times the interface was away or down", true],
  ["duplicates", "copies of packets, removed", false],
  ["duplicate_bytes", "bytes in those copies", false],
  ["uncertain", "copies or sent again, not to be told", true],
  ["tunnelled", "in a tunnel, looked into", false],
  ["oversized", "larger than any wire carries, joined by offloading", true],
  ["fragments", "pieces of fragmented packets", false],
  ["rebuilt", "packets put together from them", false],
  ["unfinished", "packets of which not all pieces came", true],
  ["overlapped", "pieces that contradict or repeat others", true],
  ["other_ip", "neither TCP nor UDP", false],
  ["not_ip", "not IP (ARP, LLDP, …)", false],
];

export const DECODE: [string, string, boolean][] = [
  ["exchanges", "requests read", false],
  ["flows", "connections followed now", false],
  ["flows_opened", "connections seen", false],
  ["flows_evicted", "connections forgotten, the table was full", true],
  ["gaps", "holes that were never filled", true],
  ["gap_bytes", "bytes in those holes", true],
  ["lost", "times a decoder lost its place", true],
  ["given_up", "connections that could not be read", true],
  ["shed", "parts of messages too long to read", true],
  ["skewed", "answers stamped up to 1 ms too early, put right", true],
  ["lookups_evicted", "names from the DNS forgotten, too many", true],
  ["labelled", "connections named by nDPI, not read", false],
  ["labels_evicted", "connections not named, too many at a time", true],
  ["unmeasured", "requests not timed, the clock went back", true],
  ["segments_held", "segments out of order, put right", false],
  ["segments_dropped", "segments out of order, no room", true],
  ["retransmits", "segments sent again", false],
  ["stray_answers", "answers without a request", true],
  ["undecrypted", "records of TLS that did not open with their key", true],
  ["exchanges_evicted", "requests given up, a table was full", true],
  ["shortened", "header fields left out, or cut", true],
];

/** Why something could not be decoded, in the columns of the table by protocol. */
export const TROUBLES: [string, string, string][] = [
  ["one_way", "One way", "Connections of which only one side's packets reach the tap"],
  ["lost", "Lost", "Times a decoder lost its place"],
  ["given_up", "Given up", "Connections that could not be read any more"],
  ["shed", "Shed", "Parts of messages that were too long to read"],
  ["shortened", "Cut", "Header fields left out, or cut"],
  ["stray_answers", "Stray", "Answers whose request was not seen"],
  ["undecrypted", "Not opened", "Records of TLS that did not open with the key in the key log"],
  ["exchanges_evicted", "Evicted", "Requests given up because a table was full"],
];

export const LIMITS: [string, string, boolean][] = [
  ["edges_dropped", "requests and connections without room for their edge", true],
  ["names_dropped", "names without room", true],
  ["connections_dropped", "connections not told one by one", true],
  ["open_calls_dropped", "open calls not told one by one", true],
];
