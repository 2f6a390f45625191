// Replays what is over: steps the shown range through the history.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Address } from "./address";

export const SPEEDS = [1, 10, 60];
const WINDOW_MS = 5000;
const SPAN_MAX_MS = 60e3; // of what is shown at once while it plays, unless a range was chosen

export interface History {
  from: number; // ms; 0 and 0: none
  to: number;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** How fast it plays, 0 = not at all; and how to set that. Stops at the end of the history. */
export function useReplay(address: Address, go: (change: Partial<Address>) => void, history: History): [number, (speed: number) => void] {
  const [speed, setSpeed] = useState(0);
  const now = useRef({ address, history });
  now.current = { address, history };
  const step = (by: number) => {
    const { address, history } = now.current;
    const from = Date.parse(address.from) + by;
    const to = Date.parse(address.to) + by;
    if (!(to < history.to)) setSpeed(0);
    const over = Math.max(0, to - history.to);
    go({ from: iso(from - over), to: iso(to - over) });
  };
  useEffect(() => {
    if (!speed) return undefined;
    const every = speed === 1 ? WINDOW_MS : 1000;
    const timer = setInterval(() => step(every * speed), every);
    return () => clearInterval(timer);
  }, [speed]);
  useEffect(() => {
    if (speed && !address.from) setSpeed(0); // live again
  }, [address.from]);
  const play = (next: number) => {
    const { address, history } = now.current;
    const atEnd = !address.from || Date.parse(address.to) >= history.to;
    if (next && atEnd && history.to > history.from) {
      const chosen = address.from ? Date.parse(address.to) - Date.parse(address.from) : SPAN_MAX_MS;
      const span = Math.max(WINDOW_MS, Math.min(chosen, (history.to - history.from) / 4));
      const length = Math.ceil(span / WINDOW_MS) * WINDOW_MS;
      go({ from: iso(history.from), to: iso(history.from + length) });
    }
    setSpeed(next);
  };
  return [speed, play];
}
