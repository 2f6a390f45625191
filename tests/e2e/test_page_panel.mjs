#!/usr/bin/env node
// Drives the panel of the page in a real browser: heat map, sections, operations; and requests, one by one,
// with their traces. usage: test_page_panel.mjs TAPGRAPH [part of the name of a scene]
import assert from "node:assert/strict";
import { Drive, sees } from "./page_drive.mjs";
import { HOSTILE, grpc, shop, torn } from "./page_traffic.mjs";

const drive = new Drive(process.argv[2]);
const TRACE = "edee59df5f35189d7f4b4b04e4c8d440"; // of the demo's capture
/** Beside a table: drawing the graph would take the time that is wanted here. */
const open = (address, hash, options) => drive.open(`${address}#${/view=/.test(hash) ? "" : "view=services&"}${hash}`, { viewport: { width: 1400, height: 900 }, ...options });
const api = async (address, question) => (await fetch(address + "api/v1/" + question)).json();
const param = (page, name) => new URL(page.url().replace("#", "?")).searchParams.getAll(name);
const hasParam = (page, name, value) =>
  page.waitForFunction(([n, v]) => new URLSearchParams(location.hash.slice(1)).getAll(n).join() === v, [name, value]);
const panelOf = (page) => page.getByRole("complementary", { name: "Details" });
const sectionOf = (page, title) => panelOf(page).locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
const edgeOf = async (address, client, server) => (await api(address, "edges?since=all")).edges.find((one) => one.client === client && one.server === server && one.requests);

/** Another page at the address of this one. */
const reopened = async (page) => {
  const next = await page.context().newPage();
  await next.goto(page.url());
  return next;
};

/** The sum of what is drawn on a canvas. */
const inked = (canvas) =>
  canvas.evaluate((one) => one.getContext("2d").getImageData(0, 0, one.width, one.height).data.reduce((sum, byte, i) => (sum * 31 + byte * (i % 7)) % 1000000007, 0));

const scenes = {
  async "cells of the heat map are marked by keys and by pointer, and tell their requests; the address remembers"({ small }) {
    const edge = await edgeOf(small, "storefront", "catalog");
    const map = await api(small, `heatmap?since=all&edge=${edge.id}&points=90&rows=24`);
    assert.equal(map.columns.flatMap((one) => one.cells).reduce((sum, cell) => sum + cell[1], 0), 240, "all requests are in it");
    const page = await open(small, `since=all&edge=${edge.id}`);
    const heat = panelOf(page).getByRole("application", { name: /Heat map of latency/ });
    await heat.waitFor();
    const plain = await inked(heat);
    await heat.press("ArrowRight");
    await heat.press("Shift+ArrowUp");
    await panelOf(page).getByText(/ to .*: \d+ requests/).waitFor();
    await heat.press("Enter");
    const marked = panelOf(page).getByRole("region", { name: "Requests of what is marked" });
    await marked.locator("tbody tr").first().waitFor();
    const rows = await marked.locator("tbody tr").count();
    const [from, to, over, upTo] = param(page, "brush")[0].split("~");
    const find = encodeURIComponent(`duration > ${over}ms and duration <= ${upTo}ms`);
    const kept = await api(small, `requests?edge=${edge.id}&from=${from}&to=${to}&find=${find}`);
    assert.equal(rows, Math.min(30, kept.requests.length));
    assert.ok(kept.requests.every((one) => one.duration_ms > over && one.duration_ms <= upTo));
    const again = await reopened(page);
    await again.waitForFunction((n) => document.querySelectorAll(".marked tbody tr").length === n, rows);
    assert.notEqual(await inked(panelOf(again).locator(".heat canvas")), plain, "what is marked is drawn");
    await heat.press("Escape");
    await hasParam(page, "brush", "");
    await heat.scrollIntoViewIfNeeded();
    const box = await heat.boundingBox();
    await page.mouse.move(box.x + 56, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 20, box.y + box.height - 24, { steps: 3 });
    await page.mouse.up();
    await page.waitForFunction(() => new URLSearchParams(location.hash.slice(1)).get("brush"));
    const [whole] = param(page, "brush");
    assert.equal(whole, [new Date(map.columns[0].time).toISOString(), new Date(map.range.to).toISOString(), map.rows[0].over_ms, map.rows.at(-1).to_ms].join("~"));
    await marked.getByRole("button", { name: "All of them" }).click();
    await hasParam(page, "view", "requests");
    await page.locator(".requests tbody tr").first().waitFor();
    assert.equal(await page.locator(".requests tbody tr").count(), Math.min(200, (await api(small, `requests?since=all&edge=${edge.id}&limit=1000`)).requests.length));
  },

  async "sections fold, what is found to be wrong stands first, and the address remembers"({ small }) {
    const page = await open(small, "since=all&node=cart");
    const panel = panelOf(page);
    await panel.getByRole("list", { name: "What is wrong" }).getByText(/takes 95 % of the 339 calls/).waitFor();
    await sectionOf(page, "Over time").locator("canvas").first().waitFor();
    await panel.getByRole("button", { name: "Over time", expanded: true }).click();
    await panel.getByRole("button", { name: "Over time", expanded: false }).waitFor();
    assert.equal(await sectionOf(page, "Over time").locator("canvas").count(), 0);
    assert.deepEqual(param(page, "turned"), ["Over time"]);
    const again = await reopened(page);
    await panelOf(again).getByRole("button", { name: "Over time", expanded: false }).click();
    await panelOf(again).locator(".heat canvas").waitFor();
    assert.deepEqual(param(again, "turned"), []);
  },

  async "an operation of a service: its own figures, requests and heat map"({ small }) {
    const page = await open(small, "since=all&node=cart");
    const operations = sectionOf(page, "Operations");
    await operations.getByRole("button", { name: "Errors" }).click();
    await hasParam(page, "operations", "Errors");
    assert.match(await operations.locator("tbody tr").first().innerText(), /shop\.Cart\/Add\s/);
    assert.match(await operations.locator("tbody tr").first().getAttribute("title"), /Caller's fault: 11 %/);
    const [asked] = await Promise.all([page.waitForRequest(/heatmap.*operation_is/), operations.getByRole("button", { name: "shop.Cart/Add" }).first().click()]);
    assert.equal(new URL(asked.url()).searchParams.get("operation_is"), "shop.Cart/Add");
    await hasParam(page, "operation", "shop.Cart/Add");
    const service = (await api(small, "services?since=all")).services.find((one) => one.name === "cart");
    const map = await api(small, `heatmap?since=all&service=${service.id}&operation_is=shop.Cart/Add&points=1`);
    await panelOf(page).locator(".figure", { hasText: "Requests" }).getByText(String(map.columns[0].requests)).waitFor();
    await sectionOf(page, "Requests").locator("tbody tr").first().waitFor();
    for (const row of await sectionOf(page, "Requests").locator("tbody tr").all()) assert.match(await row.innerText(), /shop\.Cart\/Add/);
    await panelOf(page).getByRole("button", { name: "All operations" }).click();
    await hasParam(page, "operation", "");
  },

  async "grouped edges have no figures over time of another edge"({ small }) {
    const questions = [];
    const page = await open(small, "since=all");
    page.on("request", (request) => questions.push(request.url()));
    const { edges } = await api(small, "graph?since=all&group=subnet");
    await page.goto(small + `#since=all&view=services&group=subnet&edge=${edges[0].id}`);
    await panelOf(page).getByText(/on port/).waitFor();
    await sectionOf(page, "Network").waitFor();
    assert.ok(!questions.some((url) => /edge=/.test(url)), "its id is that of no edge");
  },

  async "requests are filtered in the language, a wrong one shows where; sorted by the server"({ small }) {
    const page = await open(small, "since=all");
    await page.keyboard.press("r");
    await hasParam(page, "view", "requests");
    await sees(page, "the newest 200");
    assert.equal(await page.locator(".sheet-head .hint").first().innerText(), "the newest 200", "a record is not live");
    await page.getByRole("button", { name: "Failed" }).click();
    await hasParam(page, "wanted", "failure = yes");
    await page.waitForFunction(() => document.querySelectorAll(".requests tbody tr").length === 86);
    await page.getByLabel("Filter", { exact: true }).fill('server = payment and status = 402');
    await page.getByLabel("Filter", { exact: true }).press("Enter");
    await page.waitForFunction(() => [...document.querySelectorAll(".requests tbody tr")].every((row) => /payment/.test(row.innerText)));
    await page.getByLabel("Filter", { exact: true }).fill("duration > 1ms and wher = 1");
    await page.getByLabel("Filter", { exact: true }).press("Enter");
    const [text, caret] = (await page.locator(".slip pre").innerText()).split("\n");
    assert.equal(text.indexOf("wher"), caret.indexOf("^"));
    drive.complaints = drive.complaints.filter((one) => !/status of 400/.test(one)); // the browser says so too
    await page.getByLabel("Filter", { exact: true }).fill("");
    await page.getByLabel("Filter", { exact: true }).press("Enter");
    await page.getByRole("button", { name: "Took" }).click();
    await sees(page, "the slowest 200");
    const slowest = (await api(small, "requests?since=all&order=slowest&limit=1")).requests[0];
    await page.waitForFunction((path) => document.querySelector(".requests tbody tr").innerText.includes(path), (slowest.path ?? slowest.operation).replace(/^\/(?=shop\.)/, ""));
    const csv = await page.getByRole("link", { name: "CSV" }).getAttribute("href");
    assert.match(csv, /order=slowest/);
    await page.getByLabel("Filter", { exact: true }).fill("path = /nowhere");
    await page.getByLabel("Filter", { exact: true }).press("Enter");
    await sees(page, "No request that was kept is like this.");
  },

  async "a request tells all that was kept, and its trace who took the time"({ small }) {
    const { hops } = await api(small, "traces/" + TRACE);
    const page = await open(small, `since=all&view=requests&wanted=${encodeURIComponent("trace_id = " + TRACE)}&sort=time`);
    await page.waitForFunction((n) => document.querySelectorAll(".requests tbody tr").length === n, hops.length);
    await page.locator(".requests tbody tr").first().click();
    await hasParam(page, "request", String(hops[0].id));
    const panel = panelOf(page);
    await panel.getByText("payment took most of it: 137 ms by itself, 79 % of 173 ms, for POST /charges.").waitFor();
    const lanes = panel.locator(".waterfall tbody tr");
    assert.equal(await lanes.count(), hops.length);
    const most = await panel.locator(".lane .most").evaluate((bar) => [parseFloat(bar.style.left), parseFloat(bar.style.width)]);
    assert.ok(most[0] > 19 && most[0] < 21 && most[1] > 78 && most[1] < 81, `the bar is at ${most}`);
    const own = await lanes.first().locator(".own").evaluateAll((bars) => bars.reduce((sum, bar) => sum + parseFloat(bar.style.width), 0));
    assert.ok(Math.abs((own / 100) * 172.752 - hops[0].own_ms) < 0.1, "own time is what is dark");
    await lanes.last().click();
    await hasParam(page, "request", String(hops.at(-1).id));
    await panel.getByText("/charges", { exact: true }).first().waitFor();
    await page.goBack();
    await hasParam(page, "request", String(hops[0].id));
    await page.keyboard.press("Escape");
    await hasParam(page, "request", "");
    await panel.waitFor({ state: "detached" });
    await page.goto(small + "#since=all&request=987654321");
    await sees(page, "This request is kept no more");
    drive.complaints = drive.complaints.filter((one) => !/status of 404/.test(one));
  },

  async "requests come as they happen, unless it is paused; hostile text is text"({ live }) {
    const page = await open(live, "view=requests&since=all");
    await sees(page, HOSTILE);
    assert.equal(await page.title(), "tapgraph");
    drive.replay("live.db", torn());
    await sees(page, "/stock/18");
    await page.keyboard.press("p");
    await sees(page, "paused");
    drive.replay("live.db", grpc());
    assert.equal(await page.getByText("shop.Orders/Add").count(), 0);
    await page.keyboard.press("p");
    await sees(page, "shop.Orders/Add");
    await page.getByLabel("Filter", { exact: true }).fill("path ~ onerror");
    await page.getByLabel("Filter", { exact: true }).press("Enter");
    await page.locator(".requests tbody tr", { hasText: HOSTILE }).click();
    await panelOf(page).getByText("/" + HOSTILE, { exact: true }).first().waitFor();
    assert.equal(await page.title(), "tapgraph");
    await page.getByRole("button", { name: "Failed" }).click();
    await page.locator(".requests tbody tr").nth(2).waitFor();
    await page.locator(".requests tbody .link").first().focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.evaluate(() => [...document.querySelectorAll(".requests tbody .link")].indexOf(document.activeElement)), 1);
  },

  async "on a phone nothing sticks out"({ small }) {
    const page = await open(small, "since=all&view=requests", { viewport: { width: 390, height: 844 } });
    await page.locator(".requests tbody tr").first().waitFor();
    const cut = await page.locator(".requests td.n").evaluateAll((all) => all.filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth).map((one) => one.innerText));
    assert.deepEqual(cut, [], "figures are whole");
    await page.goto(small + "#since=all&view=services&node=cart");
    await panelOf(page).locator(".heat canvas").waitFor();
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector(".panel").scrollWidth]);
    assert.ok(wide[0] <= 390 && wide[1] <= 390, `the page is ${wide} wide`);
  },
};

await drive.play(scenes, async () => {
  drive.replay("small.db", new URL("../../demo/shop.pcap", import.meta.url).pathname);
  drive.replay("live.db", shop());
  const [small, live] = await Promise.all(["small", "live"].map((name) => drive.serve(name + ".db")));
  return { small, live };
});
