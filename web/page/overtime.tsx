// Figures over time of an edge, a service or an operation: how many, how they ended, how long they took.
import type { HeatMap } from "./api";
import type { Address } from "./address";
import { Charts } from "./charts";
import { useAnswer } from "./data";
import { Heat } from "./heatmap";
import { Marked } from "./kept";
import { Section } from "./parts";

const COLUMNS = 90;
const ROWS = 24;

interface OverTimeProps {
  figures: Record<string, string>; // what they are of, as the API takes it for figures, with the range,
  subject: Record<string, string>; // and for requests
  address: Address;
  go: (change: Partial<Address>) => void;
  version: number;
  turn: number;
}

export function OverTime({ figures, subject, address, go, version, turn }: OverTimeProps) {
  const answer = useAnswer<HeatMap>("heatmap", { ...figures, points: String(COLUMNS), rows: String(ROWS) }, version);
  const map = answer.data;
  if (answer.error) return <p class="hint">{answer.error.message}</p>;
  if (!map || !map.columns.length) return null;
  const timed = map.rows.length > 0;
  return (
    <Section title="Over time">
      <Charts points={map.columns} step={map.step_ms / 1000} turn={turn} />
      {timed && <Heat map={map} brush={address.brush} onBrush={(brush) => go({ brush })} turn={turn} />}
      {timed && <Marked subject={subject} address={address} go={go} version={version} />}
    </Section>
  );
}
