// The search box: what is typed stands out on the graph, and services it may mean are offered.
import { useState } from "preact/hooks";
import type { Service } from "./api";
import { protocolsOf } from "./api";
import type { Address } from "./address";
import { Mark } from "./parts";
import { matches } from "./picture";

const OFFERED = 8;

/** Does it look like the filter language rather than like words? */
export const isExpression = (text: string) => /[=<>~]|^\s*(has|not)\s/.test(text);

function offers(services: Service[], find: string): Service[] {
  const text = find.trim().toLowerCase();
  if (!text) return [];
  const rank = (one: Service) => (one.name.toLowerCase().startsWith(text) ? 0 : one.name.toLowerCase().includes(text) ? 1 : 2);
  return services
    .filter((one) => matches(find, one.name, one.address, protocolsOf(one).join(" ")))
    .sort((a, b) => rank(a) - rank(b) || b.served.requests - a.served.requests)
    .slice(0, OFFERED);
}

export function Search(props: { address: Address; go: (change: Partial<Address>) => void; services: Service[] }) {
  const { address, go } = props;
  const [focused, setFocused] = useState(false);
  const [at, setAt] = useState(-1);
  const expression = isExpression(address.find);
  const offered = focused && address.view === "graph" && !expression ? offers(props.services, address.find) : [];
  const choose = (service: Service | undefined) => {
    if (!service) return;
    go({ node: service.name, edge: 0, find: "" });
    setAt(-1);
    (document.activeElement as HTMLElement | null)?.blur();
  };
  const findBy = () => {
    go(address.view === "requests" ? { wanted: address.find, find: "" } : { filter: address.find, find: "" });
    (document.activeElement as HTMLElement | null)?.blur();
  };
  const onKey = (event: KeyboardEvent) => {
    if (expression && event.key === "Enter") return findBy();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && offered.length) {
      event.preventDefault();
      setAt((at + step + offered.length) % offered.length);
    } else if (event.key === "Enter") choose(offered[Math.max(0, at)]);
  };
  return (
    <div class="search">
      <label class="find">
        <span class="hidden">Search services, protocols, ports</span>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <circle cx="6.8" cy="6.8" r="4.3" />
          <path d="m10 10 4.5 4.5" />
        </svg>
        <input
          id="find"
          type="search"
          title="Words, or an expression as Find has it: p95 > 200ms"
          placeholder="Search"
          autocomplete="off"
          spellcheck={false}
          role="combobox"
          list={undefined}
          aria-expanded={offered.length > 0}
          aria-controls="offers"
          aria-activedescendant={offered[at] ? `offer${at}` : undefined}
          value={address.find}
          onInput={(e) => (setAt(-1), go({ find: e.currentTarget.value }))}
          onKeyDown={onKey}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        <kbd>/</kbd>
      </label>
      {focused && expression && (
        <p class="offers" role="status" onMouseDown={(e) => (e.preventDefault(), findBy())}>
          <kbd>Enter</kbd> finds what fits this expression
        </p>
      )}
      <ul id="offers" class="offers" role="listbox" aria-label="Services" hidden={!offered.length}>
        {offered.map((one, i) => (
          <li id={`offer${i}`} key={one.id} role="option" aria-selected={i === at} onMouseDown={(e) => (e.preventDefault(), choose(one))}>
            <Mark health={one.health} /> <b>{one.name}</b> <span>{[protocolsOf(one).join(" "), one.address !== one.name ? one.address : ""].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
