#!/usr/bin/env node
// What the page says beside figures, and how much room it gives them: whose fault errors are, how few requests
// a percentile rests on, why an edge is slow, what lines stand for. In a real browser.
// usage: test_page_words.mjs TAPGRAPH [part of the name of a scene]
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Drive, sees } from "./page_drive.mjs";

const drive = new Drive(process.argv[2]);
const open = (address, hash, viewport = { width: 1440, height: 900 }, prepare = undefined) =>
  drive.open(address + "#since=all&" + hash, { reducedMotion: "reduce", viewport }, prepare);
const edges = async (address) => (await (await fetch(address + "api/v1/edges?since=all")).json()).edges;
const one = async (address, client, server, protocol) => (await edges(address)).find((e) => e.client === client && e.server === server && e.protocol === protocol);
const row = (page, ...texts) => texts.reduce((found, hasText) => found.filter({ hasText }), page.locator(".wide tbody tr.goes"));
const panel = (page) => page.getByRole("complementary", { name: "Details" });

const scenes = {
  async "errors say whose fault they are, and what health goes by"({ small }) {
    const page = await open(small, "view=edges");
    await row(page, "cart", "catalog", "http").getByText("11 % client").waitFor();
    await sees(page, "% server errors");
    assert.match(await page.locator(".strip .callers").innerText(), /^3\.1 % client$/);
    assert.equal(await page.locator(".strip .alarm").count(), 0, "half a percent of server errors is no alarm");
    await row(page, "cart", "catalog", "http").click();
    await panel(page).getByText("well: client errors count from 20 % on").waitFor();
    await panel(page).getByText("all client errors").waitFor();
    const payment = await one(small, "checkout", "payment", "http");
    await page.evaluate((id) => (location.hash = `since=all&view=edges&edge=${id}`), payment.id);
    await panel(page).getByText(/failing: \d+ % server errors/).waitFor();
  },

  async "a percentile tells how few it rests on; streams are not in it"({ small }) {
    const streams = await one(small, "storefront", "recommendation", "grpc");
    assert.equal(streams.latency_ms.count, 1, "of 68 calls one has a latency");
    const page = await open(small, `view=edges&edge=${streams.id}`);
    await row(page, "storefront", "recommendation", "grpc").getByText("of 1", { exact: true }).waitFor();
    await panel(page).getByText("67 streams").waitFor();
    assert.equal(await panel(page).getByText("of 1 timed").count(), 3);
    const tail = panel(page).locator(".figure", { hasText: "p95" });
    assert.equal(await tail.locator("dd").innerText(), "–", "the tail of one request is not told");
  },

  async "why an edge is slow: the first byte, the network, and who took the time"({ small }) {
    const slow = await one(small, "storefront", "recommendation", "http");
    const page = await open(small, `view=edges&edge=${slow.id}`);
    const why = page.getByRole("note", { name: "Why it takes so long" });
    await why.getByText("recommendation", { exact: true }).waitFor();
    assert.match(await why.innerText(), /^p95 685 ms: nearly all of it is the wait for the first byte; a round trip of the network takes \d+ µs\. The slowest request took 837 ms: recommendation 833 ms of it by itself\.$/);
    await why.getByRole("button", { name: "slowest request" }).click();
    await page.waitForFunction(() => /request=\d+/.test(location.hash));
  },

  async "columns are as wide as what is in them: no head is cut, nor any name where there is room"({ small }) {
    for (const view of ["edges", "requests"]) {
      const page = await open(small, `view=${view}`);
      await page.locator(".wide tbody tr.goes").nth(5).waitFor();
      const cut = await page.evaluate(() => [...document.querySelectorAll(".wide th button, .wide td .cut")].filter((el) => el.scrollWidth > el.clientWidth).map((el) => el.innerText));
      assert.deepEqual(cut, [], view);
      if (view === "requests") assert.equal(await row(page, "grpc").getByText(/^POST/).count(), 0, "of gRPC the operation is enough");
    }
    const phone = await open(small, "view=requests", { width: 390, height: 844 });
    await phone.locator(".wide tbody tr.goes").nth(5).waitFor();
    const chips = await phone.locator(".chip").evaluateAll((all) => all.map((chip) => chip.getBoundingClientRect().right));
    assert.ok(chips.length >= 2 && chips.every((right) => right <= 390), `${chips}`);
    const took = await phone.locator("td.c-took").first().evaluate((cell) => [cell.scrollWidth, cell.clientWidth]);
    assert.ok(took[0] <= took[1], "the unit is not cut");
  },

  async "a file is recorded, not live; nothing to compare with is no fault"({ small }) {
    const page = await open(small, "view=diff");
    await sees(page, "Recorded 2026-11-24");
    await page.locator(".none").getByText("There is nothing to compare with").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.keyboard.press("t");
    await page.locator("#find").fill("port = 6379");
    await page.locator("#find").press("Enter");
    await page.waitForFunction(() => new URLSearchParams(location.hash.slice(1)).get("filter") === "port = 6379" && !location.hash.includes("find="));
  },

  async "lines follow the figure that edges show; room of a closed panel is used again"({ small }) {
    const slow = await one(small, "storefront", "recommendation", "http");
    const page = await open(small, `label=p95`);
    await page.locator(".heat-key", { hasText: "685 ms" }).waitFor();
    await page.locator(".menu.save > summary").click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".menu.save").getByRole("button", { name: "SVG", exact: true }).click()]);
    const svg = readFileSync(await download.path(), "utf8");
    const strokes = [...svg.matchAll(/stroke="(#\w+)" stroke-width="([\d.]+)"[^>]*marker-end/g)].map(([, color, width]) => [Number(width), color]);
    const widest = Math.max(...strokes.map(([width]) => width));
    assert.equal(widest, 7);
    assert.deepEqual(strokes.filter(([width]) => width === widest).map(([, color]) => color), ["#7a1fa2"], "the slowest one is the darkest");
    assert.ok(new Set(strokes.map(([, color]) => color)).size > 5);
    const whole = () => page.evaluate(() => document.querySelector(".map").classList.contains("whole"));
    assert.ok(await whole(), "all is in sight");
    await page.evaluate((id) => (location.hash = `since=all&edge=${id}`), slow.id);
    await panel(page).waitFor();
    await page.waitForFunction(() => !document.querySelector(".map").classList.contains("whole"));
    await panel(page).getByRole("button", { name: "Close the details" }).click();
    await page.waitForFunction(() => document.querySelector(".map").classList.contains("whole"));
  },
};

await drive.play(scenes, async () => {
  drive.replay("small.db", new URL("../../demo/shop.pcap", import.meta.url).pathname);
  return { small: await drive.serve("small.db") };
});
