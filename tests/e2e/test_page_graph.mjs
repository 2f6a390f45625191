#!/usr/bin/env node
// Drives the graph of the page and its time line in a real browser. What is drawn is told by what can be
// saved of it. usage: test_page_graph.mjs TAPGRAPH [part of the name of a scene]
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Drive, sees } from "./page_drive.mjs";
import { HOSTILE, crowd, shop } from "./page_traffic.mjs";

const UPDATE_MS = 50; // of an update of 500 edges
const LAYOUT_MS = 1000; // of 200 services
const CARDS_MAX = 300; // drawn at once
const MANY = 2000;

const drive = new Drive(process.argv[2]);
const VIEWPORT = { width: 1280, height: 800 };
const open = async (address, hash = "since=all", { change, happened, ...options } = {}) => {
  const prepare = async (page) => {
    if (change) await altered(page, change);
    if (happened) await page.route("**/api/v1/events?*", (route) => route.fulfill({ json: { events: happened } }));
  };
  const page = await drive.open(address + "#" + hash, { viewport: VIEWPORT, ...options }, prepare);
  await page.locator(".drawing canvas").first().waitFor();
  return page;
};
const param = (page, name) => new URL(page.url().replace("#", "?")).searchParams.getAll(name);
const hasParam = (page, name, value) =>
  page.waitForFunction(([n, v]) => new URLSearchParams(location.hash.slice(1)).getAll(n).join() === v, [name, value]);

/** What one entry of the menu saves. */
async function saved(page, format) {
  await page.locator(".menu.save > summary").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".menu.save").getByRole("button", { name: format, exact: true }).click()]);
  return readFileSync(await download.path());
}
const shown = async (page) => JSON.parse(await saved(page, "JSON"));
const names = (graph) => graph.nodes.map((node) => node.name).sort();

/** Changes the graph that the server answers with. */
const altered = (page, change) =>
  page.route("**/api/v1/graph?*", async (route) => {
    const response = await route.fetch().catch(() => null); // the page is closed
    const graph = await response?.json().catch(() => null);
    if (!graph) return;
    change(graph);
    await route.fulfill({ response, json: graph }).catch(() => {});
  });

/** The sum of what is drawn on the canvas of the traffic. */
const inked = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector(".graph > canvas");
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 3; i < data.length; i += 4) sum = (sum * 31 + data[i]) % 1000000007;
    return sum;
  });

const scenes = {
  async "boxes are drawn around services, fold, and unfold; the address remembers"({ small }) {
    const page = await open(small);
    await page.getByRole("combobox", { name: "Boxes" }).selectOption("protocol");
    assert.deepEqual(param(page, "box"), ["protocol"]);
    const before = await shown(page);
    assert.ok(before.boxes.some((box) => box.key === "redis"));
    const http = before.nodes.filter((node) => node.box === "http").map((node) => node.name);
    assert.ok(http.length > 3);
    await page.getByText("5 of 5 open").click();
    await page.getByRole("button", { name: /http · / }).click();
    await hasParam(page, "fold", "http");
    const again = await open(small, page.url().split("#")[1]);
    const folded = await shown(again);
    const card = folded.nodes.find((node) => node.folded);
    assert.deepEqual([...card.folded].sort(), http.sort(), "the card stands for what was in the box");
    assert.equal(folded.nodes.length, before.nodes.length - http.length + 1);
    const line = folded.edges.find((edge) => edge.client === "http" && edge.server === "cart");
    const single = before.edges.filter((edge) => http.includes(edge.client) && edge.server === "cart");
    assert.equal(line.requests, single.reduce((sum, edge) => sum + edge.requests, 0));
    await again.getByText("4 of 5 open").click();
    await again.getByRole("button", { name: "Unfold all" }).click();
    await again.getByText("5 of 5 open").waitFor();
  },

  async "what is around a service, by steps, faded or alone"({ small }) {
    const page = await open(small, "since=all&node=redis");
    await page.getByLabel("Only these").check();
    const near = await shown(page);
    assert.deepEqual(names(near), ["cart", "redis"]);
    await page.getByRole("combobox", { name: "Steps" }).selectOption("2");
    await hasParam(page, "depth", "2");
    const wider = await shown(page);
    assert.ok(wider.nodes.length > near.nodes.length);
    assert.ok(names(wider).includes("storefront"));
    await page.getByRole("complementary", { name: "Details" }).waitFor();
  },

  async "all shortest ways between two, and a sentence"({ small }) {
    const page = await open(small, "since=all&node=external&only=true");
    await page.getByLabel("Way to").fill("users");
    await page.getByLabel("Way to").press("Enter");
    await sees(page, "external reaches users in 2 steps");
    assert.deepEqual(names(await shown(page)), ["external", "shop.example.com", "users"]);
    await page.goto(small + "#since=all&node=redis&path=external");
    await sees(page, "Only external reaches redis, in 4 steps");
    await page.goto(small + "#since=all&node=redis&path=postgres");
    await sees(page, "Neither reaches the other by calls");
  },

  async "labels to choose from"({ small }) {
    const page = await open(small);
    const labels = { throughput: /kB\/s/, tls: /plaintext/, p99: / ms/, errors: / %/, protocol: /grpc :/, none: /label=""/ };
    for (const [label, pattern] of Object.entries(labels)) {
      await page.getByRole("combobox", { name: "Edges show" }).selectOption(label);
      await hasParam(page, "label", label);
      assert.match((await saved(page, "DOT")).toString(), pattern, label);
    }
  },

  async "search offers services; keys step, fit, help and close"({ small }) {
    const page = await open(small);
    await page.keyboard.press("/");
    await page.keyboard.type("store");
    await page.getByRole("option", { name: /storefront/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await hasParam(page, "node", "storefront");
    await page.keyboard.press("ArrowLeft");
    await hasParam(page, "node", "shop.example.com");
    await page.keyboard.press("ArrowRight");
    await hasParam(page, "node", "storefront");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => !/node=storefront(&|$)/.test(location.hash));
    const [at] = param(page, "node");
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((node) => new URLSearchParams(location.hash.slice(1)).get("node") !== node, at);
    for (const key of ["f", "+", "-", "0"]) await page.keyboard.press(key);
    await page.keyboard.press("Escape");
    await hasParam(page, "node", "");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("find and hide by an expression").waitFor();
  },

  async "find and hide in the filter language; a wrong one shows where"({ small }) {
    const page = await open(small);
    await page.keyboard.press("x");
    await page.waitForFunction(() => document.activeElement?.id === "keep");
    await page.keyboard.type("protocol = grpc");
    await hasParam(page, "filter", "protocol = grpc");
    await page.waitForFunction(() => /8 edges/.test(document.querySelector(".strip").innerText.replace(/\s+/g, " ")));
    const found = await shown(page);
    assert.deepEqual([...new Set(found.edges.map((edge) => edge.protocol))], ["grpc"]);
    await page.getByLabel("Hide", { exact: true }).fill('server = "ranking"');
    await page.getByLabel("Hide", { exact: true }).press("Enter");
    await page.waitForFunction(() => !/8 edges/.test(document.querySelector(".strip").innerText.replace(/\s+/g, " ")));
    assert.ok(!names(await shown(page)).includes("ranking"));
    drive.complaints.length = 0;
    await page.getByLabel("Find", { exact: true }).fill("p95 > 3 and protocl = grpc");
    await page.getByLabel("Find", { exact: true }).press("Enter");
    const slip = page.locator(".slip");
    await slip.waitFor();
    const [text, caret] = (await slip.locator("pre").innerText()).split("\n");
    assert.equal(text, "p95 > 3 and protocl = grpc");
    assert.match(caret, /^ +\^$/);
    assert.equal(await page.getByLabel("Find", { exact: true }).getAttribute("aria-invalid"), "true");
    drive.complaints = drive.complaints.filter((one) => !/status of 400/.test(one)); // the browser says so too
    await page.getByLabel("Find", { exact: true }).fill("client = nobody");
    await page.getByLabel("Find", { exact: true }).press("Enter");
    await sees(page, "Nothing is left by find and hide");
    await page.getByRole("main").getByRole("button", { name: "Show all" }).click();
    await sees(page, "28 edges");
  },

  async "the time line: drag, keys, any range, replay"({ small }) {
    const page = await open(small, "since=all", { happened: [{ time: "2026-11-24T21:20:20Z", kind: "new-edge", text: HOSTILE, severity: "warn" }] });
    const line = page.getByRole("slider", { name: /Time range/ });
    await page.waitForTimeout(500);
    const box = await line.boundingBox();
    const at = box.x + box.width * 0.25;
    const mark = await line.evaluate((canvas) => canvas.getContext("2d").getImageData(canvas.width / 4, 2, 1, 1).data.join());
    assert.equal(mark, "199,119,0,255", "an event has a mark, in the colour of its severity");
    await page.mouse.move(at, box.y + 20);
    await page.waitForFunction((text) => document.querySelector(".timeline canvas").title.includes("new-edge: " + text), HOSTILE);
    await page.mouse.move(box.x + box.width * 0.55, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.95, box.y + 20);
    await page.mouse.up();
    await sees(page, "Paused");
    const [from] = param(page, "from");
    assert.equal(new Date(from).toISOString(), "2026-11-24T21:20:35.000Z");
    await line.focus();
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction((old) => !location.hash.includes(encodeURIComponent(old)), from);
    assert.ok(param(page, "from")[0] < from);
    await page.getByText("Range…").click();
    await page.getByRole("button", { name: "Compare with this range" }).click();
    assert.match(param(page, "against")[0], /^2026.*\/2026/);
    await page.getByRole("button", { name: "Compare no more" }).click();
    await page.getByText("Range…").click();
    await page.getByRole("button", { name: "Replay at 10x" }).click();
    await page.getByRole("button", { name: "Stop the replay" }).waitFor();
    const start = param(page, "from")[0];
    await page.waitForFunction((old) => new URLSearchParams(location.hash.slice(1)).get("from") > old, start, { timeout: 5000 });
    await page.getByRole("button", { name: "Replay at 60x" }).click();
    await page.getByRole("button", { name: "Stop the replay" }).waitFor({ state: "detached" });
    assert.equal(param(page, "to")[0], "2026-11-24T21:21:05.000Z", "it ends where the history does");
    await page.keyboard.press("p");
    await sees(page, "Recorded 2026-11-24");
  },

  async "two ranges compared: what came, went, got slower, fails more"({ small }) {
    const change = (graph) => {
      if (!graph.range.from.includes("21:20:05")) graph.edges = graph.edges.filter((edge) => edge.server !== "redis");
      else graph.edges = graph.edges.filter((edge) => edge.server !== "postgres");
    };
    /** What the server would say of that. */
    const judge = (edges) => {
      const rows = (server, changes, before, after) =>
        edges.filter((edge) => edge.server === server).map(({ client, port, protocol }) => ({ what: "edge", changes, few: false, client, server, port, protocol, operation: null, before, after }));
      const side = { protocol: "http", requests: 200, rate_per_s: 1, errors: 0, error_rate: 0, p50_ms: 10, p95_ms: 20, tls: null };
      return [
        ...rows("redis", ["went"], side, null),
        ...rows("postgres", ["came"], null, side),
        ...rows("ranking", ["slower"], side, { ...side, p50_ms: 100, p95_ms: 30 }),
        ...rows("shop.example.com", ["slower", "fails-more"], side, { ...side, errors: 26, error_rate: 0.13 }),
        ...rows("payment", ["encryption"], { ...side, tls: "TLS 1.2" }, { ...side, tls: "TLS 1.3" }),
      ];
    };
    const { edges } = await (await fetch(`${small}api/v1/edges?since=all`)).json();
    const asked = [];
    const page = await open(small, "from=2026-11-24T21:20:35.000Z&to=2026-11-24T21:21:05.000Z", { change });
    await page.route("**/api/v1/diff?*", (route) => {
      asked.push(new URL(route.request().url()).searchParams);
      return route.fulfill({ json: { changes: judge(edges) } });
    });
    await page.getByRole("combobox", { name: /Compare with/ }).selectOption("before");
    await page.getByText(/Edges against before: \+ \d+ came/).waitFor();
    const graph = await shown(page);
    const changes = Object.fromEntries(graph.edges.map((edge) => [edge.server, edge.change]));
    assert.equal(changes.redis, "went");
    assert.equal(changes.postgres, "came");
    assert.equal(changes.ranking, "slower");
    assert.equal(changes["shop.example.com"], "failing");
    assert.equal(changes.payment, "encryption");
    const ranking = graph.edges.find((edge) => edge.server === "ranking");
    assert.equal(ranking.slower, 10, "p50, which rose more");
    assert.equal(ranking.was, "p50 10 ms → 100 ms");
    assert.match(asked[0].get("before"), /^2026-11-24T21:20:05.000Z\.\.2026-11-24T21:20:35/);
    assert.match(asked[0].get("after"), /^2026-11-24T21:20:35.*\.\.2026-11-24T21:21:05/);
    assert.equal(param(page, "against")[0], "before");
    await page.getByRole("button", { name: "End", exact: true }).click();
    await page.getByText(/Edges against before/).waitFor({ state: "detached" });
  },

  async "what is slower than its own past is marked without being asked"({ small }) {
    const change = (graph) => {
      if (graph.range.from.includes("21:20:05"))
        for (const edge of graph.edges) if (edge.server === "ranking") for (const p of Object.keys(edge.latency_ms)) edge.latency_ms[p] /= 10;
    };
    const page = await open(small, "from=2026-11-24T21:20:35.000Z&to=2026-11-24T21:21:05.000Z", { change });
    let edge;
    for (let tries = 0; !edge?.slower && tries < 10; tries++) {
      await page.waitForTimeout(300);
      edge = (await shown(page)).edges.find((one) => one.server === "ranking");
    }
    assert.ok(edge.slower > 5, `${edge.slower} times`);
    assert.equal(edge.health, "warn");
    assert.match((await saved(page, "Mermaid")).toString(), /#9650;/);
  },

  async "the graph is saved as it is shown, and names stay text"({ small }) {
    const change = (graph) => {
      for (const node of graph.nodes) if (node.name === "cart") node.name = HOSTILE + '"];]]>';
    };
    const page = await open(small, "since=all", { change });
    const svg = (await saved(page, "SVG")).toString();
    const told = await page.evaluate((text) => {
      const doc = new DOMParser().parseFromString(text, "image/svg+xml");
      return { wrong: doc.querySelector("parsererror")?.textContent ?? "", images: doc.querySelectorAll("img, image, script").length, titles: [...doc.querySelectorAll("title")].map((t) => t.textContent) };
    }, svg);
    assert.equal(told.wrong, "");
    assert.equal(told.images, 0);
    assert.equal(told.titles.length, 16);
    assert.ok(told.titles.includes(HOSTILE + '"];]]>'));
    const png = await saved(page, "PNG");
    assert.equal(png.subarray(0, 8).toString("hex"), "89504e470d0a1a0a");
    assert.ok(png.length > 20000, "there is something on it");
    const dot = (await saved(page, "DOT")).toString();
    assert.ok(dot.includes(`${HOSTILE}\\"];]]>"];`));
    const mermaid = (await saved(page, "Mermaid")).toString();
    assert.match(mermaid, /^flowchart LR\n/);
    assert.ok(!/[<>]/.test(mermaid.replaceAll("-->", "")), "no markup in it");
    assert.equal(await page.title(), "tapgraph");
  },

  async "traffic moves, stands still when paused, and is not drawn where motion is unwanted"({ small }) {
    const page = await open(small, "since=all", { reducedMotion: "no-preference" });
    await page.waitForTimeout(800);
    const moving = await inked(page);
    await page.waitForTimeout(400);
    assert.notEqual(await inked(page), moving);
    await page.keyboard.press("p");
    await sees(page, "Paused");
    await page.waitForTimeout(800);
    const still = await inked(page);
    assert.notEqual(still, 0);
    await page.waitForTimeout(400);
    assert.equal(await inked(page), still);
    const calm = await open(small);
    await calm.waitForTimeout(500);
    assert.equal(await inked(calm), 0);
  },

  async "nothing jumps when there is something new; an update of 500 edges is quick"({ middle }) {
    const page = await open(middle);
    await page.waitForTimeout(1500);
    const places = async () => {
      const titled = (await saved(page, "SVG")).toString().matchAll(/<title>([^<]*)<\/title><rect x="([^"]*)" y="([^"]*)"/g);
      return new Map([...titled].map(([, name, x, y]) => [name, `${x} ${y}`]));
    };
    const before = await places();
    await page.evaluate(() => performance.clearMeasures());
    drive.replay("middle.db", shop());
    await page.waitForFunction(() => performance.getEntriesByName("tapgraph-show").length > 0);
    await sees(page, "189 services");
    const after = await places();
    assert.equal(before.size, 186);
    for (const [name, at] of before) assert.equal(after.get(name), at, name);
    const showing = await page.evaluate(async () => {
      const took = [];
      for (const label of ["p50", "p95", "p99", "errors", "protocol", "throughput", "rate"]) {
        performance.clearMeasures();
        location.hash = "since=all&label=" + label;
        while (!performance.getEntriesByName("tapgraph-show").length) await new Promise((resolve) => setTimeout(resolve, 20));
        took.push(performance.getEntriesByName("tapgraph-show")[0].duration);
      }
      return took.sort((a, b) => a - b);
    });
    const median = showing[Math.floor(showing.length / 2)];
    console.log(`     an update of 504 edges: ${median.toFixed(1)} ms`);
    assert.ok(median < UPDATE_MS, `an update took ${median} ms`);
  },

  async "two hundred services are laid out in under a second"({ fresh }) {
    const began = performance.now();
    const graph = await (await fetch(fresh + "api/v1/graph?since=all")).json();
    const took = performance.now() - began;
    console.log(`     ${graph.nodes.length} services: ${took.toFixed(0)} ms`);
    assert.ok(graph.nodes.length >= 200);
    assert.ok(took < LAYOUT_MS, `it took ${took} ms`);
  },

  async "two thousand services: folded, unfolded, searched, found, on the map"({ big }) {
    const page = await open(big);
    await sees(page, "2k services");
    await sees(page, "0 of 20 open");
    const folded = await shown(page);
    assert.equal(folded.nodes.length, 20);
    assert.equal(folded.nodes.reduce((sum, node) => sum + node.folded.length, 0), MANY);
    await page.getByText("0 of 20 open").click();
    await page.getByRole("button", { name: "▸ 10.1.3.0/24 · 100" }).click();
    await hasParam(page, "open", "10.1.3.0/24");
    await page.getByText("1 of 20 open").waitFor();
    assert.equal((await shown(page)).nodes.length, 119);
    await page.locator(".menu", { hasText: "1 of 20 open" }).getByRole("button", { name: "Unfold all" }).click();
    await page.getByText(/of 20 open/).first().waitFor();
    const most = await shown(page);
    assert.ok(most.nodes.length <= CARDS_MAX && most.nodes.length > 200, `${most.nodes.length} cards`);
    for (let i = 0; i < 6; i++) await page.keyboard.press("+");
    const map = page.locator(".map");
    await map.waitFor();
    const inSight = () => page.screenshot({ clip: { x: 400, y: 300, width: 600, height: 400 } });
    const here = await inSight();
    const corner = await map.boundingBox();
    await page.mouse.click(corner.x + 12, corner.y + 55);
    await page.waitForTimeout(300);
    assert.ok(!(await inSight()).equals(here), "the map leads elsewhere");
    await page.keyboard.press("/");
    await page.keyboard.type("svc-1234");
    await page.keyboard.press("Enter");
    await hasParam(page, "node", "svc-1234");
    await page.getByRole("complementary", { name: "Details" }).getByRole("heading", { name: "svc-1234" }).waitFor();
    assert.ok(names(await shown(page)).includes("svc-1234"), "what is selected is shown, whatever is folded");
  },

  async "on a phone nothing sticks out, and the legend can be read"({ small }) {
    const page = await open(small, "since=all&node=cart", { viewport: { width: 390, height: 844 } });
    await sees(page, "services");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Legend" }).click();
    await page.getByRole("note", { name: "Legend" }).getByText("database").waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `the page is ${wide} wide`);
  },
};

await drive.play(scenes, async () => {
  drive.replay("small.db", new URL("../../demo/shop.pcap", import.meta.url).pathname);
  drive.replay("middle.db", crowd(210, 3));
  drive.replay("fresh.db", crowd(200));
  drive.replay("big.db", crowd(MANY));
  const [small, middle, fresh, big] = await Promise.all(["small", "middle", "fresh", "big"].map((name) => drive.serve(name + ".db")));
  return { small, middle, fresh, big };
});
