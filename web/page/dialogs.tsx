// Help, the legend, and what an empty page says.
import { useEffect, useRef } from "preact/hooks";
import type { Info } from "./api";
import { CHANGES } from "./compare";
import { iconPath, KIND_WORDS } from "./icons";
import { Mark } from "./parts";
import { MARKS } from "./words";
import { RULE } from "./figures";
import { share } from "./format";

const KEYS: [string, string][] = [
  ["/", "search: words, or an expression as x has it"],
  ["g", "graph"],
  ["s", "services"],
  ["t", "table of edges"],
  ["o", "operations: what is asked for"],
  ["r", "requests, one by one"],
  ["w", "traces: requests that belong together"],
  ["i", "insights: what to act on"],
  ["l", "TLS: what protects edges"],
  ["e", "events"],
  ["d", "what changed between two ranges"],
  ["v", "relays: who reaches whom by way of whom"],
  ["n", "names of addresses"],
  ["h", "capture health"],
  ["x", "find and hide by an expression"],
  ["← →", "callers, callees of the selected service"],
  ["↑ ↓", "the next service of the column; the next row"],
  ["p", "pause or go on"],
  ["+  −", "zoom in, out"],
  ["f  0", "all in sight"],
  ["Esc", "close, clear the search"],
  ["?", "this help"],
];

export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" onClose={onClose} onClick={(e) => e.target === dialog.current && onClose()}>
      <h2>Keys</h2>
      <dl class="keys">
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">The address in the browser brings back exactly what you see: share it. The same data as JSON, CSV or DOT is at /api/v1/graph; /api/v1/openapi.json lists all of it.</p>
      <button class="primary" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}

const STROKES: [string, string, number, string | undefined, string][] = [
  ["good", "M2 7h56", 2, undefined, "well, few requests"],
  ["good", "M2 7h56", 6, undefined, "well, many requests"],
  ["warn", "M2 7h56", 3, "9 5", `worth a look: ${share(RULE.look)} server errors, or ${share(RULE.client)} client errors`],
  ["bad", "M2 7h52", 3, "3 4", `failing: ${share(RULE.failing)} server errors or more`],
];

export function Legend() {
  return (
    <div class="legend" role="note" aria-label="Legend">
      <p>
        <Mark health="good" /> well <Mark health="idle" /> idle <Mark health="warn" /> worth a look <Mark health="bad" /> failing
      </p>
      <dl class="strokes">
        {STROKES.map(([health, path, width, dash, words]) => (
          <div key={words}>
            <dt aria-hidden="true">
              <svg viewBox="0 0 60 14" width="60" height="14" class={health}>
                <path d={path} stroke-width={width} stroke-dasharray={dash} />
                {health === "bad" && <path d="M57 1v12" stroke-width="3" />}
              </svg>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">Client errors (4xx and their like) are the caller's fault: fewer than {share(RULE.client)} of them leave an edge well, and it says “client” beside the figure.</p>
      <p>
        <b class="spoiled bad">!M</b> not to be trusted <b class="spoiled warn">~M</b> a little off
      </p>
      <p class="hint">{Object.values(MARKS).map(([letter, words]) => `${letter} ${words}`).join("; ")}.</p>
      <ul class="kinds">
        {(Object.keys(KIND_WORDS) as (keyof typeof KIND_WORDS)[]).map((kind) => (
          <li key={kind}>
            <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
              <path d={iconPath(kind)} />
            </svg>
            {KIND_WORDS[kind]}
          </li>
        ))}
      </ul>
      <p class="hint">
        ▲ 2×: twice as slow (p50 or p95) as in the time before. Compared: {Object.values(CHANGES).map(([sign, words]) => `${sign} ${words}`).join(", ")}. ≤: the highest of edges drawn as one.
      </p>
      <p class="hint">Dots move from who asks to who answers; more dots, more requests; they stand still while it is paused.</p>
    </div>
  );
}

export function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <div class="empty">
      <h2>Nothing is left by find and hide</h2>
      <p>No edge or service of this range fits the expressions above.</p>
      <button class="primary" onClick={onClear}>
        Show all
      </button>
    </div>
  );
}

export function Empty({ info, range }: { info: Info | null; range: string }) {
  const nothing = !info?.exists || info.history.to_ns === "0";
  if (!nothing)
    return (
      <div class="empty">
        <h2>No traffic in this range</h2>
        <p>
          The database has other times: choose a longer range{range === "all" ? "" : ", or “all”"} above.
        </p>
      </div>
    );
  return (
    <div class="empty">
      <h2>Nothing was captured so far</h2>
      <p>The page waits and fills by itself. If it stays empty, check the mirror:</p>
      <ol>
        <li>
          Do packets arrive? <code>sudo tcpdump -ni eth1 -c 20 tcp</code> should show conversations between other machines, not only this one's.
        </li>
        <li>On the switch, the SPAN session has to copy both directions (“both”) of the ports or VLANs of the services.</li>
        <li>
          Is the interface the right one, and up? <code>ip -s link show eth1</code>: received packets have to grow.
        </li>
        <li>
          No mirror at hand? Read a capture file: <code>tapgraph replay file.pcap</code>
        </li>
      </ol>
      {info && (
        <p class="hint">
          Database: <code>{info.database}</code>
          {info.exists ? ", which is empty" : ", which does not exist yet"}
        </p>
      )}
    </div>
  );
}
