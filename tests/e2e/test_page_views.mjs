#!/usr/bin/env node
// Drives the tables of the page in a real browser: what they show is what they save, an address brings it
// back, a wrong expression shows where, two thousand rows stay quick, names are text.
// usage: test_page_views.mjs TAPGRAPH [part of the name of a scene]
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Drive, sees } from "./page_drive.mjs";
import { HOSTILE, crowd } from "./page_traffic.mjs";

const MANY = 2000;
const JUMP_MS = 200; // from one end of 2,000 rows to the other, until they are drawn
const HALVES = "from=2026-11-24T21:20:35.000Z&to=2026-11-24T21:21:05.000Z";

const drive = new Drive(process.argv[2]);
const open = (address, hash, options = {}, answers = {}) =>
  drive.open(`${address}#${hash}`, { reducedMotion: "reduce", viewport: { width: 1440, height: 900 }, ...options }, async (page) => {
    for (const [question, json] of Object.entries(answers)) await page.route(`**/api/v1/${question}?*`, (route) => route.fulfill({ json }));
  });
const rows = (page) => page.locator("tbody tr.goes");

/** The texts of a column. */
const column = (page, title) =>
  page.evaluate((name) => {
    const heads = [...document.querySelectorAll(".wide th")].map((th) => th.innerText.replace(/ [↓↑]/, "").trim());
    return [...document.querySelectorAll(".wide tbody tr.goes")].map((tr) => tr.cells[heads.indexOf(name)].innerText.trim());
  }, title);

async function saved(page, format) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".sheet-head nav").getByRole("link", { name: format }).click()]);
  return readFileSync(await download.path(), "utf8");
}

/** The fields of lines of CSV. */
const fields = (text) => text.trim().split("\r\n").map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((one) => one[1].replace(/^"|"$/g, "").replaceAll('""', '"')));

const scenes = {
  async "what is shown is what is saved, in the same order; the address brings it back"({ small }) {
    const hash = "view=operations&since=all&filter=protocol+%3D+http&hide=operation+~+cart&find=GET&sort=-p95";
    const page = await open(small, hash);
    await rows(page).first().waitFor();
    const shown = await column(page, "Operation");
    assert.ok(shown.length > 3 && shown.every((name) => name.includes("GET") && !name.includes("cart")), shown.join());
    const [heads, ...lines] = fields(await saved(page, "CSV"));
    assert.deepEqual(lines.map((line) => line[heads.indexOf("operation")]), shown);
    const json = JSON.parse(await saved(page, "JSON")).operations;
    assert.deepEqual(json.map((one) => one.operation), shown);
    const slow = json.map((one) => one.latency_ms.p95 ?? -1);
    assert.deepEqual(slow, [...slow].sort((a, b) => b - a), "the slowest comes first");
    await page.getByRole("button", { name: "Server", exact: true }).click();
    await page.locator('th[aria-sort="ascending"]', { hasText: "Server" }).waitFor();
    const again = await open(small, page.url().split("#")[1]);
    await again.locator('th[aria-sort="ascending"]', { hasText: "Server" }).waitFor();
    await page.waitForFunction(() => !document.querySelector('th[aria-sort="descending"]'));
    await rows(again).first().waitFor();
    assert.deepEqual(await column(again, "Server"), [...(await column(again, "Server"))].sort());
    assert.equal((await column(again, "Operation")).length, shown.length);
  },

  async "a wrong expression shows where, also behind what is searched; a click shows all again"({ small }) {
    const page = await open(small, "view=relays&since=all&filter=requests+%3E+1+and+speed+%3E+2&find=cart");
    const slip = page.locator(".slip pre");
    await slip.waitFor();
    assert.equal(await slip.innerText(), "requests > 1 and speed > 2\n                 ^");
    await sees(page, 'no field "speed"');
    await sees(page, "The expression above is not understood.");
    drive.complaints.length = 0; // the browser tells of the 400
    await page.locator("#keep").fill("requests > 1000000");
    await sees(page, "Nothing matches what is searched, found and hidden.");
    await page.locator(".none").getByRole("button", { name: "Show all" }).click();
    await rows(page).nth(3).waitFor();
    assert.ok(!page.url().includes("filter="));
  },

  async "changes: the two ranges, what became of each, and the picture of it"({ small }) {
    const page = await open(small, `view=diff&${HALVES}`);
    await rows(page).first().waitFor();
    await sees(page, "Before: 2026-11-24 21:20:05 to 2026-11-24 21:20:35. After: 2026-11-24 21:20:35 to 2026-11-24 21:21:05.");
    assert.deepEqual((await column(page, "Change")).map((text) => text.split(" ")[1]).filter((word, i, all) => word !== all[i - 1]).slice(0, 2), ["went", "came"]);
    assert.match(await saved(page, "SVG"), /^<(\?xml|svg)[^]*<\/svg>\s*$/);
    assert.equal((await saved(page, "CSV")).split("\r\n").length - 2, await rows(page).count());
    await page.getByRole("combobox", { name: /Compare with/ }).selectOption("1h");
    await sees(page, "There is nothing to compare with");
    assert.match(page.url(), /against=1h/);
  },

  async "changes: slower, failing, and another encryption in words; names are text"({ small }) {
    const side = { protocol: "http", requests: 200, rate_per_s: 1, errors: 0, error_rate: 0, p50_ms: 10, p95_ms: 20, tls: null };
    const row = { what: "edge", few: false, client: HOSTILE, server: "cart", port: 80, protocol: "http", operation: null, before: side };
    const changes = [
      { ...row, changes: ["slower", "fails-more"], after: { ...side, p50_ms: 30, errors: 20, error_rate: 0.1 } },
      { ...row, server: "vault", changes: ["encryption"], after: { ...side, tls: "TLS 1.3" } },
    ];
    const page = await open(small, `view=diff&${HALVES}`, {}, { diff: { changes } });
    await rows(page).nth(1).waitFor();
    assert.deepEqual(await column(page, "Change"), ["✕ fails more ▲ slower", "◆ other encryption"]);
    assert.deepEqual(await column(page, "p50"), ["10 ms → 30 ms", "10 ms"]);
    assert.deepEqual(await column(page, "Errors"), ["0 % → 10 %", "0 %"]);
    assert.deepEqual(await column(page, "TLS"), ["–", "– → TLS 1.3"]);
    assert.deepEqual(await column(page, "Client"), [HOSTILE, HOSTILE]);
    assert.equal(await page.locator("#app img[src=x]").count(), 0);
    assert.equal(await page.title(), "tapgraph");
  },

  async "events: one kind alone, what it is about, names are text"({ small }) {
    const event = { time: "2026-11-24T21:20:40.000Z", severity: "note", subject: null, service_id: null, edge_id: null };
    const events = [
      { ...event, kind: "new-edge", text: `${HOSTILE} calls cart`, edge_id: 3 },
      { ...event, kind: "new-edge", text: "web calls users" },
      { ...event, kind: "drops-began", severity: "warn", text: "packets are lost" },
    ];
    const page = await open(small, "view=events&since=all", {}, { events: { events } });
    await rows(page).nth(2).waitFor();
    assert.ok((await column(page, "What"))[0].startsWith(HOSTILE));
    assert.equal(await page.locator("#app img[src=x]").count(), 0);
    await rows(page).first().locator("button").click();
    await page.waitForFunction(() => location.hash.includes("edge=3"));
    const asked = page.waitForRequest((request) => request.url().includes("/events?") && request.url().includes("find=kind"));
    await page.getByRole("button", { name: "new-edge 2" }).click();
    assert.equal(new URL((await asked).url()).searchParams.get("find"), "kind = new-edge");
    assert.match(page.url(), /filter=kind/);
  },

  async "names and relays; keys lead to each view, up and down from row to row"({ small }) {
    const page = await open(small, "since=all");
    await sees(page, "services");
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: "Names" }).waitFor();
    await page.locator("tr.goes", { hasText: "shop.example.com" }).waitFor();
    await page.keyboard.press("v");
    await page.getByRole("heading", { name: /Relays/ }).waitFor();
    await rows(page).nth(2).waitFor();
    assert.match(page.url(), /view=relays/);
    await page.keyboard.press("o");
    await page.getByRole("heading", { name: "Operations" }).waitFor();
    await rows(page).nth(2).waitFor();
    await rows(page).first().locator("button").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Details" }).waitFor();
    const chosen = await page.locator("tr.chosen").count();
    assert.ok(chosen >= 1, "the operations of its edge stand out");
    const second = await rows(page).nth(1).evaluate((row) => row.classList.contains("chosen"));
    assert.ok(second, "the second row was chosen");
  },

  async "two thousand services: rows in sight are drawn, any is found, scrolling is quick"({ big }) {
    const page = await open(big, "view=services&since=all&sort=service");
    await page.waitForFunction(() => Number(document.querySelector(".wide")?.getAttribute("aria-rowcount")) > 1900);
    assert.ok((await rows(page).count()) < 300, "not all rows are in the document");
    assert.deepEqual((await column(page, "Service")).slice(0, 2), ["10.1.0.10", "10.1.0.11"]);
    const jumps = await page.evaluate(async () => {
      const box = document.querySelector(".sheet .scroll");
      const first = () => document.querySelector("tr.goes").getAttribute("aria-rowindex");
      const took = [];
      for (let i = 0; i < 7; i++) {
        const [before, began] = [first(), performance.now()];
        box.scrollTop = i % 2 ? 0 : box.scrollHeight;
        while (first() === before) await new Promise(requestAnimationFrame);
        took.push(performance.now() - began);
      }
      return took.sort((a, b) => a - b);
    });
    console.log(`     a jump through ${MANY} rows: ${jumps[3].toFixed(0)} ms`);
    assert.ok(jumps[3] < JUMP_MS, `${jumps[3]} ms`);
    await page.locator("tr.goes", { hasText: `svc-${MANY - 1}` }).waitFor(); // numbers in names are sorted as numbers
    await page.keyboard.press("/");
    await page.keyboard.type("svc-1234");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr.goes").length === 1);
    assert.deepEqual(await column(page, "Service"), ["svc-1234"]);
  },

  async "on a phone each table fits, and says what matters"({ small }) {
    const page = await open(small, "view=edges&since=all", { viewport: { width: 390, height: 844 } });
    for (const [view, title] of [["edges", "p95"], ["services", "Errors"], ["operations", "Operation"], ["names", "Name"], ["relays", "By way of"]]) {
      await page.evaluate((name) => (location.hash = `view=${name}&since=all`), view);
      await rows(page).nth(2).waitFor();
      await page.locator("th", { hasText: title }).first().waitFor();
      const [wide, table] = await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector(".wide").scrollWidth]);
      assert.ok(wide <= 390 && table <= 372, `${view}: ${wide}, ${table}`);
      assert.ok((await column(page, title))[0].length > 0);
    }
  },

  async "where Graphviz cannot be run, the picture of changes is drawn all the same"({ small }) {
    const { pathname } = new URL(small);
    const query = new URLSearchParams({ before: "2026-11-24T21:20:05Z..2026-11-24T21:20:35Z", after: "2026-11-24T21:20:35Z..2026-11-24T21:21:05Z", format: "svg" });
    const run = spawnSync(drive.tapgraph, ["diff", "--db", join(drive.folder, "small.db"), "--before", query.get("before"), "--after", query.get("after"), "--format", "svg"], {
      encoding: "utf8",
      env: { PATH: drive.folder + pathname },
    });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /^<svg [^]*\+ came[^]*<\/svg>\n$/);
  },
};

await drive.play(scenes, async () => {
  drive.replay("small.db", new URL("../../demo/shop.pcap", import.meta.url).pathname);
  drive.replay("big.db", crowd(MANY));
  const [small, big] = await Promise.all(["small", "big"].map((name) => drive.serve(name + ".db")));
  return { small, big };
});
