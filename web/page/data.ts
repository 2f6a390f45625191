// What the page shows, fetched when the address or the database changes.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, ask, watch } from "./api";

export interface Fetched<T> {
  data: T | null; // the last good answer; stays while a newer one is fetched
  error: ApiError | null;
  busy: boolean;
}

/** Counts up whenever the database changed, unless paused. */
export function useVersion(paused: boolean): [number, () => void] {
  const [version, setVersion] = useState(0);
  const asked = useRef(paused);
  asked.current = paused;
  const again = useCallback(() => setVersion((n) => n + 1), []);
  useEffect(() => watch(() => asked.current || again()), [again]);
  return [version, again];
}

const OLD_MS = 5 * 60e3; // without anything new it is a record, not live
const LOOK_MS = 30e3;

/** `newest` if it is long ago, else 0; looks again by itself. */
export function useOld(newest: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return newest > 0 && Math.max(now, Date.now()) - newest > OLD_MS ? newest : 0;
}

const SETTLED_MS = 150;

/** A text as it is once nobody types any more. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return text ? settled : "";
}

/**
 * Asks a question, again with each version; null asks nothing. Answers that come late, after another
 * question was asked, are dropped.
 */
export function useAnswer<T>(
  question: string | null,
  params: Record<string, string>,
  version: number,
): Fetched<T> {
  const [fetched, setFetched] = useState<Fetched<T> & { key: string }>({ data: null, error: null, busy: false, key: "" });
  const key = question === null ? "" : question + "?" + new URLSearchParams(params);
  useEffect(() => {
    if (question === null) return undefined;
    let current = true;
    setFetched((old) => ({ ...old, data: sameSubject(old.key, key) ? old.data : null, busy: true, key }));
    ask<T>(question, params).then(
      (data) => current && setFetched({ data, error: null, busy: false, key }),
      (error: ApiError) => current && setFetched((old) => ({ ...old, error, busy: false })),
    );
    return () => void (current = false);
  }, [key, version]);
  return question !== null && fetched.key === key ? fetched : { data: null, error: null, busy: question !== null };
}

/** Whether an answer to the one question may be shown until the other is answered. */
function sameSubject(a: string, b: string): boolean {
  const subject = (key: string) => {
    const [question, query] = key.split("?");
    const params = new URLSearchParams(query);
    return [question, ...["edge", "service", "server", "side", "operation_is"].map((name) => params.get(name))].join(" ");
  };
  return subject(a) === subject(b);
}
