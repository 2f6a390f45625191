// What is found and hidden, in the filter language; the server reads it, and says what is wrong with it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "./api";
import type { Address } from "./address";

const SETTLED_MS = 450; // after the last letter

/** A wrong place is told in bytes; a caret stands below letters. */
function caret(text: string, at: number): string {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).slice(0, at));
  return `${text}\n${" ".repeat([...before].length)}^`;
}

/** A line of the language, asked for once it rests. */
export function Field(props: { id: string; name: string; example: string; value: string; error: ApiError | null; onChange: (text: string) => void }) {
  const [text, setText] = useState(props.value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setText(props.value), [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const settle = (now: string) => {
    clearTimeout(timer.current);
    if (now !== props.value) props.onChange(now);
  };
  const { error } = props;
  return (
    <div class={error ? "sieve wrong" : "sieve"}>
      <label for={props.id}>{props.name}</label>
      <input
        id={props.id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder={props.example}
        value={text}
        aria-invalid={!!error}
        aria-describedby={error ? props.id + "-wrong" : undefined}
        onInput={(e) => {
          const now = e.currentTarget.value;
          setText(now);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => settle(now), SETTLED_MS);
        }}
        onKeyDown={(e) => e.key === "Enter" && settle(e.currentTarget.value)}
        onBlur={(e) => settle(e.currentTarget.value)}
      />
      {error && (
        <div class="slip" id={props.id + "-wrong"} role="alert">
          <pre>{caret(props.value, error.at)}</pre>
          <p>{error.message}</p>
        </div>
      )}
    </div>
  );
}

export function Sieve(props: { address: Address; go: (change: Partial<Address>) => void; error: ApiError | null }) {
  const { address, go, error } = props;
  const of = (name: string) => (error?.parameter === name ? error : null);
  return (
    <div class="sieves" role="search" aria-label="Find and hide">
      <Field id="keep" name="Find" example="protocol = grpc and p95 > 200ms" value={address.filter} error={of("find")} onChange={(filter) => go({ filter })} />
      <Field id="hide" name="Hide" example="protocol = dns" value={address.hide} error={of("hide")} onChange={(hide) => go({ hide })} />
      {(address.filter || address.hide) && (
        <button class="way" onClick={() => go({ filter: "", hide: "" })}>
          Show all
        </button>
      )}
    </div>
  );
}
