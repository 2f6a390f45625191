// A page of tapgraph in a real browser, for tests: serves a database, opens it, and keeps what the browser
// complains of.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHROMIUM = "/usr/bin/chromium-headless-shell"; // takes half of what the whole of Chromium does
const SKIPPED = 77;

export class Drive {
  complaints = []; // of the browser

  constructor(tapgraph) {
    if (!existsSync(CHROMIUM)) {
      console.log("skipped: chromium-headless-shell is not installed");
      process.exit(SKIPPED);
    }
    this.tapgraph = tapgraph;
    this.folder = mkdtempSync(join(tmpdir(), "tapgraph-page-"));
    this.servers = new Map(); // by address
  }

  /** Starts the page of a database of the folder; answers its address. */
  async serve(name, listen = "127.0.0.1:0") {
    const server = spawn(this.tapgraph, ["web", "--db", join(this.folder, name), "--listen", listen], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const address = await new Promise((resolve, reject) => {
      const hear = (data) => {
        said += data;
        const found = /http:\/\/[\d.]+:\d+\//.exec(said);
        if (found) resolve(found[0]);
      };
      server.stdout.on("data", hear);
      server.stderr.on("data", hear);
      server.on("exit", () => reject(new Error("tapgraph web ended: " + said)));
    });
    this.servers.set(address, server);
    return address;
  }

  stop(address) {
    const server = this.servers.get(address);
    this.servers.delete(address);
    return new Promise((resolve) => {
      server.removeAllListeners("exit");
      server.on("exit", resolve);
      server.kill("SIGTERM");
    });
  }

  /** Reads a capture, by its path or its bytes, into a database. */
  replay(name, capture) {
    let path = capture;
    if (typeof capture !== "string") writeFileSync((path = join(this.folder, "traffic.pcap")), capture);
    const run = spawnSync(this.tapgraph, ["replay", path, "--db", join(this.folder, name)], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
  }

  /** Nothing moves unless it is asked for, which takes half a processor. `prepare` is given the page before anything is asked for. */
  async open(address, options = {}, prepare = () => {}) {
    const context = await this.browser.newContext({ viewport: { width: 1600, height: 1000 }, locale: "en-US", reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(15000);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    await prepare(page);
    await page.goto(address);
    return page;
  }

  /** Plays all scenes, or those whose name has what the program was told besides; each with `given`; ends the program with 1 if one failed. */
  async play(scenes, prepare) {
    let failed = 0;
    const asked = Object.entries(scenes).filter(([name]) => name.includes(process.argv[3] ?? ""));
    const require = createRequire(new URL("../../web/package.json", import.meta.url));
    try {
      this.browser = await require("playwright-core").chromium.launch({
        executablePath: CHROMIUM,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"],
      });
      const given = await prepare();
      for (const [name, scene] of asked) {
        const began = Date.now();
        try {
          await scene(given);
          assert.deepEqual(this.complaints, [], "the browser complained");
          console.log(`ok   ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
        } catch (error) {
          failed++;
          this.complaints.length = 0;
          console.log(`FAIL ${name}\n     ${String(error.stack ?? error).split("\n").slice(0, 8).join("\n     ")}`);
        }
        for (const context of this.browser.contexts()) await context.close();
      }
    } finally {
      await this.browser?.close();
      for (const server of this.servers.values()) server.kill("SIGKILL");
      rmSync(this.folder, { recursive: true, force: true });
    }
    console.log(`${asked.length - failed} passed, ${failed} failed`);
    process.exit(failed ? 1 : 0);
  }
}

/** The text of the page, once it has `part`. */
export async function sees(page, part) {
  await page.waitForFunction((text) => document.body.innerText.includes(text), part, { timeout: 10000 });
}
