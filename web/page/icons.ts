// Signs for what a service is: a database, a cache, a queue, and so on; and a lock for what is encrypted.
import { protocolsOf, type Edge, type Service } from "./api";
import type { Point } from "./route";

export type Kind = "database" | "cache" | "queue" | "names" | "mail" | "directory" | "";

const KINDS: Record<string, Kind> = {
  postgresql: "database",
  mysql: "database",
  mongodb: "database",
  cassandra: "database",
  cql: "database",
  tds: "database",
  clickhouse: "database",
  elasticsearch: "database",
  redis: "cache",
  memcached: "cache",
  kafka: "queue",
  amqp: "queue",
  nats: "queue",
  mqtt: "queue",
  dns: "names",
  smtp: "mail",
  ldap: "directory",
};

export const KIND_WORDS: Record<Exclude<Kind, "">, string> = {
  database: "database",
  cache: "cache",
  queue: "queue",
  names: "names (DNS)",
  mail: "mail",
  directory: "directory",
};

export function kindOf(service: Service): Kind {
  for (const protocol of protocolsOf(service)) if (KINDS[protocol]) return KINDS[protocol];
  return "";
}

/** Outlines in a square of 16. */
const OUTLINES: Record<Exclude<Kind, "">, string> = {
  database: "M2.5 3.8c0-3 11-3 11 0v8.4c0 3-11 3-11 0zM2.5 3.8c0 3 11 3 11 0M2.5 8c0 3 11 3 11 0",
  cache: "M9.2 1.5 3.2 9h4l-.6 5.5L12.8 7h-4z",
  queue: "M1.5 4.5h13v7h-13zM5.8 4.5v7M10.2 4.5v7",
  names: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.5c-4 3.5-4 9.5 0 13M8 1.5c4 3.5 4 9.5 0 13",
  mail: "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5",
  directory: "M2.5 1.5h11v13h-11zM5 5h6M5 8h6M5 11h4",
};

export const iconPath = (kind: Exclude<Kind, "">) => OUTLINES[kind];

const paths = new Map<string, Path2D>();

export function drawIcon(c: CanvasRenderingContext2D, kind: Exclude<Kind, "">, at: Point, color: string) {
  let path = paths.get(kind);
  if (!path) paths.set(kind, (path = new Path2D(OUTLINES[kind])));
  c.save();
  c.translate(at.x - 8, at.y - 8);
  c.strokeStyle = color;
  c.lineWidth = 1.3;
  c.lineJoin = "round";
  c.stroke(path);
  c.restore();
}

/** What protects an edge, in a few letters; "" where it is not known. */
export function lockText(edge: Edge): string {
  if (!edge.tls) return /^(tls|quic)/.test(edge.protocol) ? "encrypted" : "plaintext";
  return [edge.tls.version ?? "TLS", edge.tls.mutual ? "mutual" : ""].filter(Boolean).join(" ");
}
