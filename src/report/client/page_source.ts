/**
 * Where the page gets its answers from: its own file, or the server that it
 * came from.
 *
 * @module
 */
import { type PageAnswers, type PageHead, type PageRequest, requestKey } from "../page_requests.ts";

/** Answers requests. The same request is answered once and remembered. */
export interface PageSource {
  readonly head: PageHead;
  /** Whether a server answers, which leaves nothing out. */
  readonly isServed: boolean;
  /** @returns undefined when there is no answer: nothing is known of it, or there was no room. */
  ask<K extends PageRequest["kind"]>(
    request: PageRequest & { kind: K },
  ): Promise<PageAnswers[K] | undefined>;
  /** Whether there may be an answer, as far as that can be told without asking. */
  has(request: PageRequest): boolean;
}

/** The data in the page itself, or the server when there is none. */
export function openSource(): PageSource {
  const head = JSON.parse(document.getElementById("head")!.textContent!) as PageHead;
  if (head.keys === undefined) return new ServedSource(head);
  return new EmbeddedSource(head, head.keys);
}

/** Blocks of the file: JSON, deflated, in base64. */
class EmbeddedSource implements PageSource {
  readonly isServed = false;
  readonly head: PageHead;
  readonly #blocks: ReadonlyMap<string, Element>;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(head: PageHead, keys: readonly string[]) {
    this.head = head;
    const elements = document.querySelectorAll("script.block");
    this.#blocks = new Map(keys.map((key, i) => [key, elements[i]!]));
  }

  ask<K extends PageRequest["kind"]>(request: PageRequest & { kind: K }) {
    const key = requestKey(request);
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#read(key);
      this.#answers.set(key, answer);
    }
    return answer as Promise<PageAnswers[K] | undefined>;
  }

  has(request: PageRequest): boolean {
    return this.#blocks.has(requestKey(request));
  }

  async #read(key: string): Promise<unknown> {
    const element = this.#blocks.get(key);
    if (element === undefined) return undefined;
    const bytes = Uint8Array.from(atob(element.textContent!), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return await new Response(stream).json();
  }
}

/** Asks `/api` with the token that the page's address has. */
class ServedSource implements PageSource {
  readonly isServed = true;
  readonly head: PageHead;
  readonly #token = new URLSearchParams(location.search).get("token") ?? "";
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(head: PageHead) {
    this.head = head;
  }

  ask<K extends PageRequest["kind"]>(request: PageRequest & { kind: K }) {
    const body = JSON.stringify(request);
    let answer = this.#answers.get(body);
    if (answer === undefined) {
      answer = this.#fetch(body);
      // Pieces of a run are large, and hardly ever asked for twice.
      if (!("fromNs" in request)) this.#answers.set(body, answer);
      // A server that was not there for a moment may be asked again.
      answer.catch(() => this.#answers.delete(body));
    }
    return answer as Promise<PageAnswers[K] | undefined>;
  }

  has(): boolean {
    return true;
  }

  async #fetch(body: string): Promise<unknown> {
    const response = await fetch("api", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${this.#token}` },
      body,
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  }
}
