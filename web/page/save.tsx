// Saves the graph: as it is shown, made here; or all of it, made by the server.
import { rangeParams, sieveParams, type Address } from "./address";
import { downloadLink, type Range } from "./api";
import { save, toDot, toJson, toMermaid, toSvg } from "./export";
import type { Line, Scene } from "./fold";
import { labelOf, type Picture } from "./picture";

interface Props {
  scene: Scene;
  picture: () => Picture | null;
  address: Address;
  range: Range;
  seconds: number;
}

export function SaveMenu({ scene, picture, address, range, seconds }: Props) {
  const label = (line: Line) => labelOf(line, address.label, seconds);
  const makers: [string, () => void | Promise<void>][] = [
    ["SVG", () => save(toSvg(picture()!.drawn()), "image/svg+xml", "tapgraph.svg")],
    ["PNG", async () => save(await picture()!.png(), "image/png", "tapgraph.png")],
    ["DOT", () => save(toDot(scene, label), "text/vnd.graphviz", "tapgraph.dot")],
    ["Mermaid", () => save(toMermaid(scene, label), "text/plain", "tapgraph.mmd")],
    ["JSON", () => save(toJson(scene, range), "application/json", "tapgraph.json")],
  ];
  const params = { ...rangeParams(address), ...sieveParams(address), group: address.group };
  return (
    <details class="menu up save">
      <summary>Save</summary>
      <div class="list">
        <p class="hint">As it is shown</p>
        {makers.map(([name, make]) => (
          <button
            key={name}
            class="link"
            onClick={(e) => {
              void make();
              e.currentTarget.closest("details")!.open = false;
            }}
          >
            {name}
          </button>
        ))}
        <p class="hint">All of it, by the API</p>
        {["svg", "png", "dot", "mermaid", "json"].map((format) => (
          <a key={format} href={downloadLink("graph", params, format)}>
            {format}
          </a>
        ))}
      </div>
    </details>
  );
}
