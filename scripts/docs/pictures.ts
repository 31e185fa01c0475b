/**
 * Takes the pictures of the page that the tutorial shows, in Chromium, light
 * and dark, from the pages that its commands have written.
 *
 * @module
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { toPalette } from "./palette_png.ts";
import { ROOT } from "../root.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FOLDER = join(ROOT, "docs/images");
const WIDTH = 1200;

/** A picture, and how to come to what it shows. */
interface Picture {
  name: string;
  file: string;
  /** Behind the `#` of the page. */
  hash: string;
  height: number;
  /** From the view to what is to be seen. */
  prepare?: (page: Page) => Promise<void>;
}

const GET = "#/0/name/http.server/GET";

const PICTURES: readonly Picture[] = [
  { name: "overview", file: "report.html", hash: "", height: 960 },
  { name: "name", file: "report.html", hash: GET, height: 860 },
  {
    name: "trace",
    file: "report.html",
    hash: "#/0/name/function/showOrder",
    height: 720,
    prepare: async (page) => {
      await page.getByRole("link", { name: "Show the trace" }).last().click();
      await page.waitForSelector("aside.details");
    },
  },
  { name: "flame", file: "report.html", hash: "#/0/flame", height: 420 },
  { name: "timeline", file: "report.html", hash: "#/0/timeline", height: 520 },
  { name: "compare", file: "compared.html", hash: "#/compare", height: 760 },
];

/** Takes all of them from the pages in a folder. */
export async function takePictures(folder: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error("Cannot take pictures: there is no Chromium (apt-get install chromium)");
  }
  // Its sandbox works neither for root nor in many containers, and the pages are our own.
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (const picture of PICTURES) {
      for (const scheme of ["light", "dark"] as const) {
        await takePicture(browser, picture, { folder, scheme });
      }
    }
  } finally {
    await browser.close();
  }
}

async function takePicture(
  browser: Browser,
  { name, file, hash, height, prepare }: Picture,
  { folder, scheme }: { folder: string; scheme: "light" | "dark" },
): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  await page.goto(pathToFileURL(join(folder, file)).href + hash);
  await page.waitForFunction(() => document.documentElement.dataset["ready"] !== undefined);
  await prepare?.(page);
  // Charts draw themselves in the next frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(0))));
  writeFileSync(join(FOLDER, `${name}-${scheme}.png`), toPalette(await page.screenshot()));
  await page.close();
}
