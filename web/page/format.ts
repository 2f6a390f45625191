// Numbers as people read them. Every function takes what may be missing and answers a dash then.

const NONE = "–";

/** Three significant digits at most, no trailing zeroes: 1234 -> "1.23k". */
export function count(n: number | undefined | null): string {
  if (n === undefined || n === null || !isFinite(n)) return NONE;
  const units: [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  for (const [size, unit] of units) if (Math.abs(n) >= size * 0.9995) return digits(n / size) + unit;
  return digits(n);
}

function digits(n: number): string {
  const abs = Math.abs(n);
  if (abs >= 100 || n === Math.round(n)) return String(Math.round(n));
  return String(Number(n.toFixed(abs >= 10 ? 1 : 2)));
}

export function rate(perSecond: number | undefined): string {
  if (perSecond === undefined || !isFinite(perSecond)) return NONE;
  if (perSecond === 0) return "0/s";
  if (perSecond < 0.1) return count(perSecond * 60) + "/min";
  return count(perSecond) + "/s";
}

export function share(part: number | undefined): string {
  if (part === undefined || !isFinite(part)) return NONE;
  if (part === 0) return "0 %";
  const percent = part * 100;
  if (percent < 0.01) return "<0.01 %";
  return (percent < 10 ? Number(percent.toFixed(percent < 1 ? 2 : 1)) : Math.round(percent)) + " %";
}

/** As share(), but nearly all is not all: for what may be taken as a promise. */
export function certainty(part: number | undefined | null): string {
  if (part === undefined || part === null || !isFinite(part)) return NONE;
  if (part >= 1 || part < 0.99) return share(part);
  return Math.floor(part * 1000) / 10 + " %";
}

export function milliseconds(ms: number | undefined | null): string {
  if (ms === undefined || ms === null || !isFinite(ms)) return NONE;
  if (ms === 0) return "0";
  if (ms < 1) return digits(ms * 1000) + " µs";
  if (ms < 1000) return digits(ms) + " ms";
  if (ms < 120e3) return digits(ms / 1000) + " s";
  return digits(ms / 60e3) + " min";
}

/** A length of time, as short as it can be told: "800 ms", "42 s", "2 h". */
export function age(ms: number | undefined | null): string {
  return ms !== undefined && ms !== null && ms >= 90e3 ? span(ms / 1000) : roughly(ms);
}

/** Two digits, for where room is short: "56 ms". */
export function roughly(ms: number | undefined | null): string {
  return ms ? milliseconds(Number(ms.toPrecision(2))) : milliseconds(ms);
}

export function bytes(n: number | undefined): string {
  if (n === undefined || !isFinite(n)) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return digits(n) + " " + units[unit];
}

const pad = (n: number) => String(n).padStart(2, "0");

export function clock(date: Date, seconds = true): string {
  const time = pad(date.getHours()) + ":" + pad(date.getMinutes());
  return seconds ? time + ":" + pad(date.getSeconds()) : time;
}

/** The milliseconds of a moment, for behind its second: ".042". */
export const fraction = (text: string): string => "." + String(new Date(text).getMilliseconds()).padStart(3, "0");

/** A moment, with its day unless that is `beside`'s. */
export function moment(text: string | undefined, beside?: Date): string {
  const date = new Date(text ?? NaN);
  if (isNaN(date.getTime())) return NONE;
  if (beside && beside.toDateString() === date.toDateString()) return clock(date);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${clock(date)}`;
}

export function span(seconds: number): string {
  if (!isFinite(seconds)) return NONE;
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return digits(seconds / 3600) + " h";
  return digits(seconds / 86400) + " days";
}

/** Cuts in the middle, where names differ least. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = Math.ceil((max - 1) * 0.6);
  return text.slice(0, head) + "…" + text.slice(text.length - (max - 1 - head));
}
