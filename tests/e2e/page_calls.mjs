// What the API says of an edge with long connections and streams, put in place of its answers: so the
// page is seen with all that can come, unknown figures and hostile names included.
import { HOSTILE } from "./page_traffic.mjs";

const range = { from: "2027-01-15T08:00:00Z", to: "2027-01-15T08:01:00Z" };
const NONE = { p50: null, p90: null, p95: null, p99: null, max: null, mean: null };
const all = (ms) => ({ p50: ms, p90: ms, p95: ms, p99: ms, max: ms, mean: ms });

const figures = {
  requests: 6,
  errors: 0,
  error_rate: 0,
  rate_per_s: 0.1,
  outcomes: { ok: 6 },
  latency_ms: NONE,
  ttfb_ms: NONE,
  request_bytes: 60,
  response_bytes: 6000,
  health: "good",
};

const connection = (client_port, server_address, calls, certainty) => ({
  edge_id: 1,
  client_address: "10.0.0.1",
  client_port,
  server_address,
  port: 8080,
  began: "2027-01-15T07:00:00Z",
  last: range.to,
  closed: false,
  calls,
  share: calls / 1200,
  open_calls: 2,
  resets: { by_client: 3, by_server: 0 },
  stalls: { to_server: 0, to_client: 0 },
  goaways: 0,
  ping_rtt_ms: 0.5,
  certainty,
});

const call = (stream_id, of) => ({
  client_port: 40312,
  server_address: "10.0.0.2",
  port: 8080,
  stream_id,
  operation: null,
  kind: null,
  began: null,
  seen: range.to,
  age_ms: null,
  last_message: null,
  request_messages: 0,
  response_messages: 0,
  request_messages_per_s: 0,
  response_messages_per_s: 0,
  ...of,
});

/** Answers by question, for the page's route(); `edge` and `service` are ids there. */
export function calls(edge, service) {
  return {
    insights: {
      range,
      insights: [
        {
          kind: "connection-imbalance",
          subject: HOSTILE,
          title: `One of 2 connections carries 97 % of the calls to ${HOSTILE}.`,
          advice: "Open a channel for each backend.",
          service_id: null,
          edge_id: edge,
          weight: 2,
          evidence_count: 9,
          evidence: [
            { what: ":40312", figure: "97 % of calls", share: 0.97 },
            { what: HOSTILE, figure: "no call", share: null },
          ],
        },
        {
          kind: "backend-imbalance",
          subject: "cart",
          title: "One of 2 backends of cart takes all calls.",
          advice: "Balance calls, not connections.",
          service_id: service,
          edge_id: null,
          weight: 1,
          evidence_count: 0,
          evidence: [],
        },
      ],
    },
    connections: {
      range,
      connections: [
        connection(40312, "10.0.0.2", 1164, { fields: 1000, known: 0.934, late_fields: 200, late_known: 1 }),
        connection(40313, "10.0.0.9", 36, { fields: 99999, known: 0.99999, late_fields: 200, late_known: 0.995 }),
        connection(40314, "10.0.0.9", 0, { fields: 0, known: null, late_fields: 0, late_known: null }),
      ],
    },
    "open-calls": {
      range,
      open_calls: [
        call(1, {}),
        call(3, {
          operation: HOSTILE,
          kind: "server-streaming",
          began: "2027-01-15T08:00:18Z",
          age_ms: 42000,
          last_message: "2027-01-15T08:00:59.2Z",
          response_messages_per_s: 2,
        }),
      ],
    },
    operations: {
      range,
      operations: [
        {
          edge_id: edge,
          client: "web",
          server: "cart",
          protocol: "grpc",
          port: 8080,
          operation: "shop.Cart/Watch",
          ...figures,
          request_messages: 6,
          response_messages: 500,
          streams: 6,
          first_message_ms: all(5.2),
          message_gap_ms: NONE,
          age_ms: all(31000),
        },
      ],
    },
  };
}
