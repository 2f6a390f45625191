// How the calls of a service are spread over its backends.
import type { Backend } from "./api";
import { count, share } from "./format";
import { Bar, Mark, Section, Spoiled } from "./parts";

const SHOWN = 16; // of each port

/** Backends by what they are compared with: the same port and protocol. */
function groupsOf(backends: Backend[]): [string, Backend[]][] {
  const groups = new Map<string, Backend[]>();
  for (const one of backends) {
    const name = `${one.protocol || "unread"} on port ${one.port}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups];
}

function Rows({ backends }: { backends: Backend[] }) {
  const busiest = [...backends].sort((a, b) => b.calls - a.calls);
  const called = busiest.some((one) => one.calls > 0); // else there is nothing to have a share of
  return (
    <>
      {busiest.slice(0, SHOWN).map((one) => (
        <tr key={one.address}>
          <td class="name" title={`${one.address}:${one.port}`}>
            <Mark health={one.health} /> {one.address} <Spoiled quality={one.quality} />
            <Bar share={one.share} />
          </td>
          <td class="n">{share(called ? one.share : undefined)}</td>
          <td class="n">{count(one.calls)}</td>
          <td class="n">{count(one.open_calls)}</td>
          <td class="n">{count(one.connections)}</td>
        </tr>
      ))}
      {busiest.length > SHOWN && (
        <tr>
          <td class="hint" colSpan={5}>
            and {busiest.length - SHOWN} more
          </td>
        </tr>
      )}
    </>
  );
}

export function Balance({ backends }: { backends: Backend[] }) {
  if (!backends.length) return null;
  const groups = groupsOf(backends);
  return (
    <Section title="Balance">
      <table class="data tight">
        <thead>
          <tr>
            <th>Backend</th>
            <th class="n">Share</th>
            <th class="n" title="Calls that ended in this range">
              Calls
            </th>
            <th class="n" title="Calls that are open at the end of this range">
              Open
            </th>
            <th class="n" title="Connections that are open at the end of this range">
              Conns
            </th>
          </tr>
        </thead>
        {groups.map(([name, some]) => (
          <tbody key={name}>
            <tr class="group">
              <th scope="rowgroup" colSpan={5}>
                {name}
              </th>
            </tr>
            <Rows backends={some} />
          </tbody>
        ))}
      </table>
    </Section>
  );
}
