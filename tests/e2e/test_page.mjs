#!/usr/bin/env node
// Drives the page in a real browser: every view, the keys, hostile names, a server that goes away.
// usage: test_page.mjs TAPGRAPH
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { calls } from "./page_calls.mjs";
import { Drive, sees } from "./page_drive.mjs";
import { HOSTILE, grpc, shop, torn } from "./page_traffic.mjs";

const FIRST_PAINT_MS = 1000;

const tapgraph = process.argv[2];
const drive = new Drive(tapgraph);
const db = join(drive.folder, "shop.db");
const open = (address, options) => drive.open(address, options);
const replay = (capture) => drive.replay("shop.db", capture);

/** Puts the answers of page_calls.mjs in place of those of the server, for the edge that leads to cart. */
async function withCalls(page, address) {
  const { edges } = await (await fetch(address + "api/v1/edges?since=all")).json();
  const edge = edges.find((one) => one.server.includes("cart"));
  const answers = calls(edge.id, edge.server_id);
  await page.route("**/api/v1/*", (route) => {
    const answer = answers[new URL(route.request().url()).pathname.split("/").pop()];
    return answer ? route.fulfill({ json: answer }) : route.continue();
  });
  return edge;
}

const scenes = {
  async "an empty database explains how to check the mirror, and fills by itself"(address) {
    const page = await open(address);
    await sees(page, "Nothing was captured so far");
    await sees(page, "tcpdump");
    replay(shop());
    await sees(page, "services");
    await page.context().close();
  },

  async "the graph is painted soon, and says what it shows"(address) {
    const page = await open(address);
    const graph = page.getByRole("img", { name: /Graph of 3 services and 2 edges/ });
    await graph.waitFor();
    await sees(page, "to look at"); // users fails
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    assert.ok(paint < FIRST_PAINT_MS, `first paint after ${paint} ms`);
    await page.context().close();
  },

  async "the table has the edges; a click tells all of one"(address) {
    const page = await open(address);
    await sees(page, "services");
    await page.keyboard.press("t");
    await sees(page, "http :8080");
    assert.match(page.url(), /view=edges/);
    const first = await page.locator("tbody tr").first().innerText();
    assert.match(first, /users/, "what fails comes first");
    await page.locator("tbody tr", { hasText: "users" }).click();
    const panel = page.getByRole("complementary", { name: "Details" });
    await panel.getByText("GET /login").first().waitFor();
    await panel.getByRole("rowheader", { name: "Server's fault" }).waitFor();
    await panel.getByText("Requests and errors a second").waitFor();
    assert.equal(await panel.locator("canvas").count(), 3, "two charts and a heat map");
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await page.context().close();
  },

  async "sorting and searching stay in the address"(address) {
    const page = await open(address + "#view=edges");
    await page.getByRole("button", { name: "p95" }).click();
    await page.locator('th[aria-sort="descending"]', { hasText: "p95" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("cart");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    const again = await open(page.url());
    await again.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    assert.equal(await again.locator("#find").inputValue(), "cart");
    await page.context().close();
    await again.context().close();
  },

  async "hostile text is shown, not run"(address) {
    const page = await open(address + "#view=edges&find=cart");
    await page.locator("tbody tr", { hasText: "cart" }).click();
    await sees(page, HOSTILE.slice(0, 20));
    assert.equal(await page.title(), "tapgraph");
    assert.equal(await page.locator("#app img[src=x]").count(), 0);
    await page.context().close();
  },

  async "without an insight it says what is looked for"(address) {
    const page = await open(address);
    await sees(page, "services");
    assert.equal(await page.locator(".badge").count(), 0);
    await page.keyboard.press("i");
    await sees(page, "Nothing to act on in this range.");
    await sees(page, "one of several connections that carries nearly all calls");
    await page.context().close();
  },

  async "insights are counted, tell their evidence, and lead to the graph"(address) {
    const page = await open(address);
    const edge = await withCalls(page, address);
    await page.goto(address + "#view=insights");
    await page.reload();
    await page.locator(".badge", { hasText: "2" }).waitFor();
    const first = page.locator(".finding").first();
    assert.match(await first.innerText(), /One of 2 connections carries 97 %/);
    assert.match(await first.innerText(), /and 7 more/);
    assert.equal(await first.locator(".bar").count(), 1, "no bar where there is no share");
    assert.ok((await page.locator(".findings").innerText()).includes(HOSTILE), "names are text");
    await first.getByRole("button", { name: "Show on the graph" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction((id) => location.hash.includes(`edge=${id}`) && !location.hash.includes("view="), edge.id);
    await page.getByRole("complementary", { name: "Details" }).waitFor();
    assert.equal(await page.locator("#app img[src=x]").count(), 0);
    assert.equal(await page.title(), "tapgraph");
    await page.context().close();
  },

  async "connections and streams of an edge: what is not known is a dash, never a zero"(address) {
    const page = await open(address);
    const edge = await withCalls(page, address);
    await page.goto(`${address}#edge=${edge.id}`);
    await page.reload();
    const panel = page.getByRole("complementary", { name: "Details" });
    const rows = async (title) => {
      const heading = page.getByRole("heading", { name: title, exact: true });
      const table = panel.locator("section").filter({ has: heading }).locator("tbody tr");
      await table.first().waitFor();
      return (await table.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
    };
    assert.deepEqual(await rows("Connections"), [
      ":40312 → 10.0.0.2 61 min 1.16k 97 % 2 93 % (now 100 %)",
      ":40313 → 10.0.0.9 61 min 36 3 % 2 99.9 % (now 99.5 %)",
      ":40314 → 10.0.0.9 61 min 0 0 % 2 –",
    ]);
    assert.deepEqual(await rows("Open streams"), [
      "not known no message yet unseen 0/s 0/s –",
      `${HOSTILE} server streams 42 s 0/s 2/s 800 ms`,
    ]);
    assert.deepEqual(await rows("Streaming operations"), ["shop.Cart/Watch 6 5.2 ms – 31 s"]);
    assert.match(await panel.locator("td.known").first().getAttribute("title"), /before the capture began cannot be read/);
    await page.context().close();
  },

  async "the panel of a service shows its balance"(address) {
    const page = await open(address + "#view=services&find=cart");
    await page.locator("tbody tr", { hasText: "cart" }).first().click();
    const panel = page.getByRole("complementary", { name: "Details" });
    const balance = panel.locator("section", { hasText: "Balance" });
    await balance.locator("tbody tr").nth(1).waitFor();
    assert.match((await balance.innerText()).replace(/\s+/g, " "), /http on port 8080 10\.0\.0\.2 100 % 101 0/);
    await page.context().close();
  },

  async "services, capture health, help, and the keys"(address) {
    const page = await open(address);
    await sees(page, "services");
    await page.keyboard.press("s");
    await page.getByRole("heading", { name: "Services" }).waitFor();
    await page.keyboard.press("h");
    await sees(page, "Good: nothing was lost that the collector knows of.");
    await sees(page, "How each protocol was read");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.locator(".drawing").waitFor();
    for (const key of ["+", "-", "0"]) await page.keyboard.press(key);
    await page.keyboard.press("p");
    await sees(page, "Paused");
    assert.match(page.url(), /from=20/);
    await page.context().close();
  },

  async "a click on a card chooses the service"(address) {
    const page = await open(address);
    await page.locator(".drawing canvas").first().waitFor();
    await page.waitForTimeout(300);
    const box = await page.locator(".drawing").boundingBox();
    const panel = page.getByRole("complementary", { name: "Details" });
    for (let x = box.x + 60; x < box.x + box.width && !(await panel.count()); x += 90)
      await page.mouse.click(x, box.y + box.height / 2);
    await panel.waitFor();
    await page.context().close();
  },

  async "gRPC that is balanced badly: found while the page is open, and all that it rests on"(address) {
    const page = await open(address);
    await sees(page, "services");
    replay(grpc());
    await page.locator(".badge", { hasText: "1" }).waitFor();
    await page.keyboard.press("i");
    await sees(page, "10.0.0.21:50051 takes 95 % of the 142 calls to orders");
    await sees(page, "95.1 % of calls: 135 calls, 1 connection");
    const finding = page.locator(".finding", { hasText: "142 calls to orders" });
    await finding.getByRole("button", { name: "Show on the graph" }).click();
    const panel = page.getByRole("complementary", { name: "Details" });
    const shows = async (title, text) => {
      const heading = page.getByRole("heading", { name: title, exact: true });
      const section = panel.locator("section").filter({ has: heading });
      await section.waitFor();
      const seen = (await section.innerText()).replace(/\s+/g, " ");
      assert.ok(seen.includes(text), `${title}: "${text}" is not in "${seen}"`);
    };
    await shows("Balance", "10.0.0.21 95 % 135 0");
    await shows("Streaming operations", "shop.Orders/Watch 2 5.5 ms 500 ms");
    await page.goto(page.url().replace(/node=[^&]*/, "view=edges&find=orders"));
    await page.locator("tbody tr", { hasText: "orders" }).first().click();
    await shows("Connections", ":45000 → 10.0.0.21");
    await shows("Connections", "135 95 %");
    await shows("Connections", "100 %");
    await shows("Open streams", "shop.Orders/Watch server streams 30 s 0/s 1/s");
    await page.context().close();
  },

  async "what is spoiled bears a mark wherever it is seen, and says why"(address) {
    const page = await open(address + "#view=edges&find=stock");
    replay(torn());
    const row = page.locator("tbody tr", { hasText: "stock" });
    const mark = row.locator(".spoiled");
    await mark.waitFor();
    assert.match(await mark.innerText(), /^!M/);
    assert.match(await mark.getAttribute("title"), /not to be trusted:\n[\d.]+ kB \(\d+ %\) acknowledged but never seen/);
    await row.click();
    const panel = page.getByRole("complementary", { name: "Details" });
    const heading = page.getByRole("heading", { name: "How sure this is", exact: true });
    const reasons = panel.locator("section").filter({ has: heading }).locator(".reasons li");
    await reasons.first().waitFor();
    assert.match((await reasons.first().innerText()).replace(/\s+/g, " "), /^!M [\d.]+ kB \(\d+ %\) acknowledged but never seen; .*\.$/);
    assert.match(await panel.locator(".kind").innerText(), /!M/);
    await page.goto(address + "#view=services&find=stock");
    await page.locator("tbody tr", { hasText: "stock" }).locator(".spoiled.bad").waitFor();
    await page.getByRole("button", { name: "capture incomplete" }).click();
    await sees(page, "of bytes (");
    await sees(page, "what they spoil is \"unknown\"");
    const protocol = page.locator("tr", { has: page.getByRole("cell", { name: "http", exact: true }) });
    assert.match((await protocol.innerText()).replace(/\s+/g, " "), /^http \d+ \d+ .* %.*M/);
    await page.context().close();
  },

  async "what protects edges: plaintext, weak and fine, with certificates; and in the panel of one"(address) {
    const page = await open(address);
    await sees(page, "services");
    await page.keyboard.press("l");
    await page.getByRole("heading", { name: "What protects edges" }).waitFor();
    await page.locator("tbody tr", { hasText: "plaintext" }).first().waitFor();
    assert.match(page.url(), /view=tls/);
    const pcap = (name) => new URL(`../golden/${name}.pcap`, import.meta.url).pathname;
    const run = spawnSync(tapgraph, ["replay", pcap("tls"), pcap("quic"), "--db", db], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    await page.goto(address + "#view=tls&since=all");
    const cells = async (text) => {
      const row = page.locator("tbody tr", { hasText: text }).first();
      await row.waitFor();
      return (await row.locator("td").allInnerTexts()).map((one) => one.trim());
    };
    const first = await page.locator("tbody tr", { hasText: "tls :" }).first();
    await first.waitFor();
    assert.match(await page.locator("tbody tr").first().innerText(), /deprecated|expired/, "the worst comes first");
    const weak = await cells("TLS 1.0 is deprecated");
    assert.deepEqual(weak.slice(3, 6), ["tls :8009", "TLS 1.0", "TLS_RSA_WITH_AES_128_CBC_SHA"]);
    assert.match(weak[9], /CN=api\.shop/);
    assert.match(weak[10], /^20\d\d-\d\d-\d\d$/);
    const quic = await cells("quic :8442");
    assert.deepEqual(quic, ["fine", "10.77.0.2", "api.shop", "quic :8442", "TLS 1.3", "TLS_CHACHA20_POLY1305_SHA256",
      "api.shop", "h3", "not observable", "not observable", "–", "1", "0"]);
    await page.getByRole("button", { name: "Handshakes" }).click();
    await page.locator('th[aria-sort="descending"]', { hasText: "Handshakes" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("deprecated");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    await page.locator("tbody tr").first().click();
    const panel = page.getByRole("complementary", { name: "Details" });
    const heading = page.getByRole("heading", { name: "What protects it", exact: true });
    const section = panel.locator("section").filter({ has: heading });
    await section.waitFor();
    const said = (await section.innerText()).replace(/\s+/g, " ");
    for (const part of ["Verdict TLS 1.0 is deprecated", "Cipher TLS_RSA_WITH_AES_128_CBC_SHA", "Issued by CN=Shop Root",
      "Client proved who it is no", "Key RSA 2048", "Handshakes 1"])
      assert.ok(said.includes(part), `"${part}" is not in "${said}"`);
    assert.equal(await section.getByRole("img", { name: "weak" }).count(), 1, "a lock");
    await page.context().close();
  },

  async "dark, and a phone"(address) {
    const dark = await open(address, { colorScheme: "dark" });
    await sees(dark, "services");
    const ground = await dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ground, "rgb(16, 21, 28)");
    await dark.context().close();
    const phone = await open(address, { viewport: { width: 390, height: 844 } });
    await sees(phone, "services");
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `the page is ${wide} wide on a phone`);
    await phone.context().close();
  },

  async "a server that goes away is said to be gone, and found again"(address) {
    const page = await open(address);
    await sees(page, "services");
    await drive.stop(address);
    await sees(page, "The server does not answer.");
    assert.equal(await drive.serve("shop.db", new URL(address).host), address);
    await page.getByText("The server does not answer.").waitFor({ state: "detached", timeout: 10000 });
    drive.complaints.length = 0; // the browser says that it could not connect
    await page.context().close();
  },
};

await drive.play(scenes, () => drive.serve("shop.db"));
