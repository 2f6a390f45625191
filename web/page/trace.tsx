// A trace as a waterfall: which hop took the time, and which of it was its own.
import type { Hop, Kept, Trace } from "./api";
import { asked, Ended } from "./kept";
import { milliseconds, share } from "./format";

interface Piece {
  from: number;
  to: number;
}

const beginOf = (hop: Kept) => Date.parse(hop.time) + subMillisecond(hop.time);

/** What Date leaves out of "…05.123456789Z", in ms. */
function subMillisecond(time: string): number {
  const digits = /\.\d{3}(\d+)/.exec(time)?.[1];
  return digits ? Number("0." + digits) : 0;
}

/** The hops that one called for. */
function childrenOf(hops: Hop[], index: number): Hop[] {
  const depth = hops[index]!.depth;
  const children: Hop[] = [];
  for (let i = index + 1; i < hops.length && hops[i]!.depth > depth; i++) if (hops[i]!.depth === depth + 1) children.push(hops[i]!);
  return children;
}

/** When none that it called for was under way. */
function ownPieces(hops: Hop[], index: number): Piece[] {
  const begin = beginOf(hops[index]!);
  const end = begin + (hops[index]!.duration_ms ?? 0);
  const pieces: Piece[] = [];
  let done = begin;
  for (const child of childrenOf(hops, index).sort((a, b) => beginOf(a) - beginOf(b))) {
    const from = Math.min(end, beginOf(child));
    if (from > done) pieces.push({ from: done, to: from });
    done = Math.max(done, Math.min(end, from + (child.duration_ms ?? 0)));
  }
  if (done < end) pieces.push({ from: done, to: end });
  return pieces;
}

const percent = (part: number) => `${Math.min(100, Math.max(0, part * 100)).toFixed(2)}%`;

function Bars({ trace, index, begin }: { trace: Trace; index: number; begin: number }) {
  const hop = trace.hops[index]!;
  const length = trace.duration_ms || 1;
  const place = (piece: Piece) => ({ left: percent((piece.from - begin) / length), width: percent((piece.to - piece.from) / length) });
  const from = beginOf(hop);
  return (
    <span class="lane" aria-hidden="true">
      <i class="whole" style={place({ from, to: from + (hop.duration_ms ?? 0) })} />
      {ownPieces(trace.hops, index).map((piece, i) => (
        <i key={i} class={hop.slowest ? "own most" : "own"} style={place(piece)} />
      ))}
    </span>
  );
}

/** In a sentence: who took the time. */
function Verdict({ trace }: { trace: Trace }) {
  const most = trace.hops.find((hop) => hop.slowest);
  if (!most || !most.own_ms || !trace.duration_ms) return null;
  return (
    <p class="verdict-line">
      <b>{most.server_name}</b> took most of it: {milliseconds(most.own_ms)} by itself, {share(most.own_ms / trace.duration_ms)} of {milliseconds(trace.duration_ms)}, for {asked(most)}.
    </p>
  );
}

function Row({ trace, index, begin, chosen, onChoose }: { trace: Trace; index: number; begin: number; chosen: boolean; onChoose: (id: number) => void }) {
  const hop = trace.hops[index]!;
  const title = `${hop.client_name ?? "unknown"} → ${hop.server_name}\n${asked(hop)}\nafter ${milliseconds(beginOf(hop) - begin)}, took ${milliseconds(hop.duration_ms)}, of which ${milliseconds(hop.own_ms)} by itself`;
  return (
    <tr class={chosen ? "goes chosen" : "goes"} onClick={() => onChoose(hop.id)} title={title}>
      <td class="name">
        <span class="hop" style={{ paddingLeft: `${Math.min(hop.depth, 12) * 12}px` }}>
          <button class="link" aria-current={chosen ? "true" : undefined}>
            {hop.depth === 0 ? `${hop.client_name ?? "unknown"} → ${hop.server_name}` : hop.server_name}
          </button>
          <small class="under">{asked(hop)}</small>
        </span>
      </td>
      <td class="lanes">
        <Bars trace={trace} index={index} begin={begin} />
        <small class="times">
          {milliseconds(hop.duration_ms)}
          {hop.own_ms !== null && hop.own_ms < (hop.duration_ms ?? 0) && `, own ${milliseconds(hop.own_ms)}`}
        </small>
      </td>
      <td class="end">
        <Ended of={hop} />
      </td>
    </tr>
  );
}

export function Waterfall({ trace, chosen, onChoose }: { trace: Trace; chosen: number; onChoose: (id: number) => void }) {
  const begin = Math.min(...trace.hops.map(beginOf));
  return (
    <>
      <Verdict trace={trace} />
      <table class="data tight waterfall">
        <thead>
          <tr>
            <th>Hop</th>
            <th class="lanes">
              <span class="ruler">
                <span>0</span>
                <span>{milliseconds(trace.duration_ms / 2)}</span>
                <span>{milliseconds(trace.duration_ms)}</span>
              </span>
            </th>
            <th class="end">End</th>
          </tr>
        </thead>
        <tbody>
          {trace.hops.map((hop, i) => (
            <Row key={hop.id} trace={trace} index={i} begin={begin} chosen={hop.id === chosen} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
      <p class="hint">
        Solid: its own time, while nothing that it called for was under way.
        {trace.loose_hops > 0 && ` Of ${trace.loose_hops} the caller was not kept.`}
        {trace.times > 1 && ` Its id was used at ${trace.times} times, more than 30 s apart; this is one of them.`}
        {trace.cut && " There are more hops than are shown."}
      </p>
    </>
  );
}
