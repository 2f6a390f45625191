// Small parts that several views use.
import { createContext, type ComponentChildren } from "preact";
import { useContext, useId } from "preact/hooks";
import type { EdgeQuality, Health, Quality } from "./api";
import { HEALTH, MARKS, SEVERITIES } from "./words";

/** Shape and colour say the same; the word is for those who see neither. */
export function Mark({ health }: { health: Health }) {
  return (
    <svg class={`mark ${health}`} viewBox="0 0 16 16" width="13" height="13" role="img" aria-label={HEALTH[health]}>
      {health === "good" && <circle cx="8" cy="8" r="5.5" />}
      {health === "idle" && <circle class="ring" cx="8" cy="8" r="4.5" />}
      {health === "warn" && <path d="M8 1.5 15 14.5H1z" />}
      {health === "bad" && <path d="M8 .5 15.5 8 8 15.5 .5 8z" />}
    </svg>
  );
}

/** "~MB", as the terminal writes it: what spoils the figures beside it, and in the title why. */
export function Spoiled({ quality }: { quality?: Quality | EdgeQuality }) {
  if (!quality?.marks.length) return null;
  const [symbol, words] = SEVERITIES[quality.severity] ?? ["", ""];
  const letters = quality.marks.map((mark) => MARKS[mark]?.[0] ?? "?").join("");
  const reasons = "reasons" in quality ? quality.reasons.map((one) => one.text) : quality.marks.map((mark) => MARKS[mark]?.[1] ?? mark);
  return (
    <abbr class={`spoiled ${quality.severity}`} title={[words + ":", ...reasons].join("\n")}>
      {symbol}
      {letters}
    </abbr>
  );
}

/** Likewise, for canvas: no more than what is worth a look. */
export function spoiledText(quality?: Quality): string {
  if (!quality || (quality.severity !== "warn" && quality.severity !== "bad")) return "";
  return SEVERITIES[quality.severity]![0] + quality.marks.map((mark) => MARKS[mark]?.[0] ?? "?").join("");
}

/** `note`: small, below it. */
export function Figure({ name, value, alarm, title, note }: { name: string; value: string; alarm?: boolean; title?: string; note?: string }) {
  return (
    <div class={alarm ? "figure alarm" : "figure"} title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note && <small>{note}</small>}
    </div>
  );
}

/** Which sections are not as they usually are, open or shut, and what turns one. */
export const Turned = createContext<{ turned: string[]; turn: (title: string) => void } | null>(null);

/** Where Turned is given it folds; `shut`: it is shut unless it is turned. `gist` stays to be seen. */
export function Section({ title, gist, shut = false, children }: { title: string; gist?: ComponentChildren; shut?: boolean; children: ComponentChildren }) {
  const folding = useContext(Turned);
  const id = useId();
  const open = !folding || folding.turned.includes(title) === shut;
  return (
    <section class={folding ? "folds" : ""}>
      <h3>
        {folding ? (
          <button aria-expanded={open} aria-controls={id} onClick={() => folding.turn(title)}>
            {title}
          </button>
        ) : (
          title
        )}
      </h3>
      {gist && <span class="gist">{gist}</span>}
      <div id={id} hidden={!open}>
        {open && children}
      </div>
    </section>
  );
}

/** A share as a bar; the figure stands beside it as text. */
export function Bar({ share, tone }: { share: number; tone?: "warn" }) {
  return (
    <span class={tone ? `bar ${tone}` : "bar"} aria-hidden="true">
      <i style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
    </span>
  );
}

export interface Choice<T extends string> {
  value: T;
  text: string;
  title?: string;
  badge?: { count: number; words: string }; // shown if there are any
}

export function Choices<T extends string>(props: {
  name: string;
  choices: Choice<T>[];
  value: T;
  class?: string;
  onChoose: (value: T) => void;
}) {
  return (
    <div class={`choices ${props.class ?? ""}`} role="group" aria-label={props.name}>
      {props.choices.map((choice) => (
        <button
          type="button"
          key={choice.value}
          title={choice.title}
          aria-pressed={choice.value === props.value}
          onClick={() => props.onChoose(choice.value)}
        >
          {choice.text}
          {choice.badge && choice.badge.count > 0 && (
            <span class="badge" aria-label={choice.badge.words}>
              {choice.badge.count}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

export function Select<T extends string>(props: {
  name: string;
  choices: Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <label class="select">
      <span>{props.name}</span>
      <select value={props.value} onChange={(e) => props.onChoose(e.currentTarget.value as T)}>
        {props.choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </label>
  );
}
