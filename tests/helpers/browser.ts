/**
 * Pages of ferret in a real Chromium, and everything that they must not do.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian, Ubuntu, Fedora, macOS and Google put theirs. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Options for {@linkcode withPage}. */
export interface PageTestOptions {
  /** Behind the `#`. Default: the overview. */
  hash?: string;
  /** Default: light. */
  colorScheme?: "light" | "dark";
  width?: number;
  height?: number;
  /** Address that the page may ask, beside its own. Default: none. */
  api?: string;
}

/**
 * Opens a file, or an address, calls `use` when the page shows itself, and asserts that it
 * asked for nothing else, wrote no error and was refused nothing.
 */
export async function withPage(
  path: string,
  options: PageTestOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const browser = await launch();
  try {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      colorScheme: options.colorScheme ?? "light",
      reducedMotion: "reduce",
    });
    const url = /^https?:/.test(path) ? path : pathToFileURL(path).href;
    const wrong = watch(page, [url, ...(options.api === undefined ? [] : [options.api])]);
    await page.goto(url + (options.hash ?? ""));
    await shown(page);
    await use(page);
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
  }
}

/**
 * Opens the page of another tool, and asserts that it asked nobody for anything, raised no
 * error and showed no dialog. What it writes to the console is its own business, but for errors.
 */
export async function withTool(url: string, use: (page: Page) => Promise<void>): Promise<void> {
  const browser = await launch();
  try {
    const page = await browser.newPage({ acceptDownloads: true });
    const wrong = watch(page, []);
    await page.goto(url);
    await use(page);
    const { protocol } = new URL(url);
    assert.deepEqual(
      wrong.filter((one) =>
        !/^console (?!error)/.test(one) && !one.startsWith(`request: ${protocol}`)
      ),
      [],
    );
  } finally {
    await browser.close();
  }
}

/** Opens an empty page, and writes down what Chromium does meanwhile, as its DevTools would. */
export async function traceChromium(
  path: string,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await browser.startTracing(page, { path });
    await use(page);
    await browser.stopTracing();
  } finally {
    await browser.close();
  }
}

/** Goes to another view. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    delete document.documentElement.dataset["ready"];
    location.hash = to;
  }, hash);
  await shown(page);
}

/** Resolves when the view that the address names is there. */
export async function shown(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { ready } = document.documentElement.dataset;
    return ready !== undefined && ready === (location.hash || "#");
  });
}

/** What must stay empty. */
function watch(page: Page, allowed: readonly string[]): string[] {
  const wrong: string[] = [];
  page.on("console", (message) => {
    // Refusals of the content security policy come here too.
    wrong.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const asked = request.url().replace(/#.*/, "");
    if (!allowed.includes(asked) && !asked.startsWith("data:") && !asked.startsWith("blob:")) {
      wrong.push(`request: ${asked}`);
    }
  });
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return wrong;
}

function launch(): Promise<Browser> {
  const executablePath = PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error(
      "Cannot test the page: there is no Chromium here (apt-get install chromium brings one)",
    );
  }
  // Its sandbox works neither for root nor in many containers, and the pages are our own.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
