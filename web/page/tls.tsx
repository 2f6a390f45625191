// What protects edges: versions, ciphers, certificates, and what is plaintext.
import type { ComponentChildren } from "preact";
import type { TlsRow } from "./api";
import { count } from "./format";
import { Section } from "./parts";
import type { Column } from "./table";

type Tone = "good" | "warn" | "bad" | "idle";

const TONES: Record<string, Tone> = { fine: "good", plaintext: "warn", weak: "bad" };
const toneOf = (row: TlsRow): Tone => TONES[row.verdict ?? ""] ?? "idle";

const verdictOf = (row: TlsRow) => row.weak ?? row.verdict ?? "nothing was agreed on";

/** A lock: open where there is none, broken where it is weak. */
export function Lock({ row }: { row: TlsRow }) {
  const tone = toneOf(row);
  return (
    <svg class={`mark ${tone}`} viewBox="0 0 16 16" width="13" height="13" role="img" aria-label={row.verdict ?? "not known"}>
      <path d="M3 7.5h10v7.5H3z" />
      <path class="ring" d={tone === "warn" || tone === "idle" ? "M5 7.5V5a3 3 0 0 1 5.6-1.5" : "M5 7.5V5a3 3 0 0 1 6 0v2.5"} />
    </svg>
  );
}

function proved(row: TlsRow): string {
  if (row.verdict === "plaintext" || !row.established) return "–";
  return row.mutual === null ? "not observable" : row.mutual ? "yes" : "no";
}

function certificate(row: TlsRow): string {
  if (!row.certificate) return row.established ? "not observable" : "–";
  return row.certificate.readable ? row.certificate.subject : "not readable";
}

const day = (time: string | null | undefined) => time?.slice(0, 10) ?? "–";

const VALIDITY: Record<string, string> = { expiring: "soon", expired: "expired", "not-yet-valid": "not valid yet" };

const runsOut = (row: TlsRow) => (row.certificate?.validity ?? "") in VALIDITY;

export const TLS_COLUMNS: Column<TlsRow>[] = [
  {
    id: "verdict",
    title: "Verdict",
    show: (t) => (
      <span title={verdictOf(t)}>
        <Lock row={t} /> {verdictOf(t)}
      </span>
    ),
    alarm: (t) => toneOf(t) === "bad",
  },
  { id: "client", title: "Client", show: (t) => t.client },
  { id: "server", title: "Server", show: (t) => t.server },
  { id: "protocol", title: "Protocol", minor: true, show: (t) => `${t.protocol} :${t.port}` },
  { id: "version", title: "Version", minor: true, show: (t) => t.version ?? "–" },
  { id: "cipher", title: "Cipher", minor: true, show: (t) => t.cipher ?? "–" },
  { id: "server_name", title: "Server name", minor: true, show: (t) => (t.server_name ?? "–") + (t.ech ? " (ECH)" : "") },
  { id: "alpn", title: "ALPN", minor: true, show: (t) => t.alpn ?? t.alpn_offered ?? "–" },
  { id: "mutual", title: "Client proved", minor: true, show: proved },
  { id: "subject", title: "Certificate", minor: true, show: certificate },
  { id: "not_after", title: "Expires", minor: true, show: (t) => day(t.certificate?.not_after), alarm: runsOut },
  { id: "handshakes", title: "Handshakes", kind: "n", minor: true, show: (t) => count(t.handshakes) },
  { id: "failed", title: "Failed", kind: "n", minor: true, show: (t) => count(t.handshakes - t.established) },
];

export const tlsKey = (t: TlsRow) =>
  [t.edge_id, t.version, t.cipher, t.server_name, t.alpn, t.alpn_offered, t.certificate?.fingerprint, t.client_certificate?.fingerprint].join();

function factsOf(row: TlsRow): [string, ComponentChildren][] {
  const c = row.certificate;
  const facts: [string, ComponentChildren][] = [
    ["Version", row.version ?? "none was agreed on"],
    ["Cipher", row.cipher ?? "–"],
    ["Server name", (row.server_name ?? "none") + (row.ech ? ", which may be a front (ECH)" : "")],
    ["ALPN", row.alpn ?? (row.alpn_offered ? `offered: ${row.alpn_offered}` : "–")],
    ...(row.inside ? [["Spoken inside", row.inside] as [string, ComponentChildren]] : []),
    ["Client proved who it is", proved(row)],
    ["Certificate", certificate(row)],
  ];
  if (c?.readable) {
    const ends = runsOut(row) ? `, ${VALIDITY[c.validity!]}` : "";
    facts.push(["Issued by", c.issuer], ["For", c.names || "–"], ["Valid until", day(c.not_after) + ends]);
    facts.push(["Key", c.key_bits ? `${c.key} ${c.key_bits}` : c.key || "–"]);
  }
  facts.push(["Handshakes", count(row.handshakes)], ["Failed", count(row.handshakes - row.established)], ["Resumed", count(row.resumed)]);
  return facts;
}

const SHOWN = 4;

/** In the panel of an edge. */
export function Protection({ rows }: { rows: TlsRow[] }) {
  if (!rows.length) return null;
  const most = [...rows].sort((a, b) => b.handshakes - a.handshakes);
  return (
    <Section title="What protects it">
      {most.slice(0, SHOWN).map((row) => (
        <table key={tlsKey(row)} class="plain">
          <tbody>
            <tr>
              <th scope="row">Verdict</th>
              <td class={toneOf(row) === "bad" ? "alarm" : ""}>
                <Lock row={row} /> {verdictOf(row)}
              </td>
            </tr>
            {row.verdict !== "plaintext" &&
              factsOf(row).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
          </tbody>
        </table>
      ))}
      {rows.length > SHOWN && <p class="hint">and {rows.length - SHOWN} more</p>}
    </Section>
  );
}
