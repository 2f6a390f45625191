// Colours for what is drawn on a canvas; the same custom properties as in style.css.
import { useEffect, useState } from "preact/hooks";
import type { Health } from "./api";

export interface Palette {
  card: string;
  cardEdge: string;
  text: string;
  muted: string;
  ground: string;
  accent: string;
  cool: string; // the least of what is measured,
  hot: string; // and the most
  health: Record<Health, string>;
}

const NAMES = { card: "card", cardEdge: "card-edge", text: "text", muted: "muted", ground: "ground", accent: "accent", cool: "cool", hot: "hot" };

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string) => style.getPropertyValue("--" + name).trim();
  const plain = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, get(name)]));
  const health = { good: get("good"), warn: get("warn"), bad: get("bad"), idle: get("idle") };
  return { ...plain, health } as Palette;
}

export type Theme = "auto" | "light" | "dark";
const KEY = "tapgraph-theme";

function stored(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "auto";
  } catch {
    return "auto"; // storage is switched off
  }
}

/** The chosen theme, how to choose the next, and a number that changes with the colours. */
export function useTheme(): [Theme, () => void, number] {
  const [theme, setTheme] = useState(stored);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // remembered until the page is closed, then
    }
    setTurn((n) => n + 1);
  }, [theme]);
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const onChange = () => setTurn((n) => n + 1);
    system.addEventListener("change", onChange);
    return () => system.removeEventListener("change", onChange);
  }, []);
  const next = () => setTheme((old) => (old === "auto" ? "dark" : old === "dark" ? "light" : "auto"));
  return [theme, next, turn];
}
