#!/usr/bin/env node
// Drives in a real browser the view of traces, the graph as a phone has it, and the saving of pictures by the API.
// usage: test_page_traces.mjs TAPGRAPH [part of the name of a scene]
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Drive, sees } from "./page_drive.mjs";
import { HOSTILE } from "./page_traffic.mjs";

const PHONE = { viewport: { width: 390, height: 844 } };

const drive = new Drive(process.argv[2]);
const open = (address, hash, options = {}, answers = {}) =>
  drive.open(`${address}#${hash}`, { reducedMotion: "reduce", viewport: { width: 1440, height: 900 }, ...options }, async (page) => {
    for (const [question, json] of Object.entries(answers)) await page.route(`**/api/v1/${question}?*`, (route) => route.fulfill({ json }));
  });
const rows = (page) => page.locator(".wide tbody tr.goes");
const ask = async (address, question) => (await fetch(`${address}api/v1/${question}`)).json();

async function saved(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return readFileSync(await download.path());
}

const scenes = {
  async "traces: found, sorted, saved as shown; Enter shows the waterfall, and a hop of it"({ shop }) {
    const page = await open(shop, "view=graph&since=all");
    await sees(page, "16 services");
    await page.keyboard.press("w");
    await page.locator('th[aria-sort="descending"]', { hasText: "Time" }).waitFor();
    await rows(page).first().waitFor();
    await sees(page, `Traces\n${(await ask(shop, "traces?since=all&limit=500")).traces.length}`);
    const again = await open(shop, "view=traces&since=all&filter=slowest+%3D+payment+and+errors+%3E+0&sort=-duration");
    await rows(again).first().waitFor();
    const { traces } = JSON.parse(await saved(again, again.locator(".sheet-head nav").getByRole("link", { name: "JSON" })));
    assert.ok(traces.length > 1 && traces.every((one) => one.slowest === "payment" && one.errors > 0), JSON.stringify(traces[0]));
    assert.deepEqual(traces.map((one) => one.duration_ms), traces.map((one) => one.duration_ms).sort((a, b) => b - a));
    assert.equal(await rows(again).count(), traces.length);
    await rows(again).first().locator("button").focus();
    await again.keyboard.press("Enter");
    await again.locator(".waterfall").waitFor();
    assert.match(again.url(), new RegExp(`trace=${traces[0].trace_id}`));
    assert.equal(await again.locator(".waterfall tbody tr").count(), traces[0].hops);
    await sees(again, "payment took most of it");
    await again.locator(".waterfall tbody tr").nth(1).locator("button").click();
    await sees(again, "All that was kept");
    await again.getByRole("button", { name: "← back" }).click();
    await sees(again, `${traces[0].services} services`);
    await again.keyboard.press("Escape");
    await again.locator(".waterfall").waitFor({ state: "detached" });
    assert.ok(!again.url().includes("trace="));
  },

  async "traces: one that is kept no more, names that are text, none at all; on a phone nothing sticks out"({ shop }) {
    const gone = await open(shop, "view=traces&since=all&trace=0123456789abcdef");
    await sees(gone, "This trace is kept no more");
    drive.complaints.length = 0; // the browser tells of the 404
    const trace = { trace_id: "ab", time: "2026-11-24T21:20:40.000Z", duration_ms: 12, client_name: HOSTILE, server_name: HOSTILE, protocol: "http", operation: HOSTILE };
    const traces = [{ ...trace, hops: 3, loose_hops: 0, services: 2, errors: 1, slowest: HOSTILE, slowest_ms: 9 }];
    const phone = await open(shop, "view=traces&since=all", PHONE, { traces: { traces } });
    await rows(phone).first().waitFor();
    assert.ok((await rows(phone).first().innerText()).includes("<img"));
    assert.equal(await phone.locator("#app img[src=x]").count(), 0);
    const [wide, table] = await phone.evaluate(() => [document.documentElement.scrollWidth, document.querySelector(".wide").offsetWidth]);
    assert.ok(wide <= 390 && table > 350 && table <= 372, `${wide}, ${table}`);
    const none = await open(shop, "view=traces&since=all", {}, { traces: { traces: [] } });
    await sees(none, "No request with a trace id was kept in this range.");
  },

  async "traces: an id that came again is asked for at its time, by the list and by what says why an edge is slow"({ shop }) {
    const [first] = (await ask(shop, "traces?since=all&limit=1")).traces;
    const earlier = { ...first, time: new Date(Date.parse(first.time) - 40e3).toISOString() };
    const page = await open(shop, "view=traces&since=all", {}, { traces: { traces: [first, earlier] } });
    const asks = (at) => page.waitForRequest((one) => one.url().includes(`/traces/${first.trace_id}?`) && new URL(one.url()).searchParams.get("at") === at);
    for (const [i, { time }] of [first, earlier].entries()) {
      await Promise.all([asks(time), rows(page).nth(i).locator("button").click()]);
      await page.locator(`.wide tr.chosen`).waitFor();
      assert.deepEqual(await rows(page).evaluateAll((all) => all.map((row) => row.classList.contains("chosen"))), [i === 0, i === 1]);
    }
    const { edges } = await ask(shop, "edges?since=all&find=protocol%20%3D%20http&sort=-p95");
    const [{ time }] = (await ask(shop, `requests?since=all&edge=${edges[0].id}&order=slowest&limit=1`)).requests;
    const why = await open(shop, "since=all");
    const told = why.waitForRequest((one) => one.url().includes("/traces/") && new URL(one.url()).searchParams.get("at") === time);
    await why.evaluate((id) => (location.hash += `&edge=${id}`), edges[0].id);
    await told;
  },

  async "on a phone the graph leads from top to bottom, legible; turned, from left to right"({ shop }) {
    const page = await open(shop, "since=all", PHONE);
    await sees(page, "16 services");
    const chosen = (name) => page.waitForFunction((one) => new URLSearchParams(location.hash.slice(1)).get("node") === one, name, { timeout: 5000 });
    const box = await page.locator(".graph .drawing").boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + 36); // the first card, in the middle above
    await chosen("external");
    for (const name of ["shop.example.com", "storefront"]) {
      await page.keyboard.press("ArrowDown");
      await chosen(name);
    }
    await page.keyboard.press("ArrowUp");
    await chosen("shop.example.com");
    await page.setViewportSize({ width: 844, height: 390 });
    await page.waitForFunction(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => seen(!matchMedia("(max-width: 700px)").matches)))));
    await page.keyboard.press("ArrowRight");
    await chosen("storefront");
  },

  async "the menu saves all of the graph as PNG, by the API"({ shop }) {
    const page = await open(shop, "since=all");
    await sees(page, "16 services");
    await page.locator(".save summary").click();
    const png = await saved(page, page.locator(".save").getByRole("link", { name: "png" }));
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.ok(png.readUInt32BE(16) > 2000 && png.length > 20000, `${png.readUInt32BE(16)} wide, ${png.length} bytes`);
  },
};

await drive.play(scenes, async () => {
  drive.replay("shop.db", new URL("../../demo/shop.pcap", import.meta.url).pathname);
  return { shop: await drive.serve("shop.db") };
});
