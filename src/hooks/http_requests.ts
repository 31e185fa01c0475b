/**
 * The spans of requests that a server answers, whichever server it is: names,
 * attributes and the end of them. What all requests to one endpoint have in
 * common is looked up, not built: a request costs its span and its path.
 *
 * Nothing here throws.
 *
 * @module
 */
import { KIND_SERVER, SCOPE_HTTP_SERVER } from "../model/span.ts";
import type { AttributeTemplate } from "../recorder/attribute_template.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { TraceContext } from "./trace_context.ts";
import {
  type Authority,
  authorityOf,
  MAX_PATH_CHARS,
  pathEnd,
  pathStart,
  queryOf,
} from "./url_parts.ts";
import { Map, Math, Set, String, WeakMap } from "../runtime/intrinsics.ts";

/** Methods that a name may have in it: any other is a client's to choose. */
export const HTTP_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "QUERY",
]);

/** Clients choose host names, and programs could make routes: more than this are not kept. */
const MAX_AUTHORITIES = 256;
const MAX_ROUTES = 4096;

/** Attributes that are each request's own. */
const TEXT_KEYS = ["url.path", "url.query"] as const;

/** `error.type` of a response that did not get to the client in full. */
const ABORTED = "aborted";

/** Stands for all authorities that are not kept. No URL begins like this. */
const ANY_AUTHORITY = "\0";
const NO_ADDRESS = { scheme: "http", address: "", port: 0 };

/** A request that has come in and is not yet answered in full. */
export interface OpenRequest {
  readonly span: Span;
  /** The path is in here, from `pathFrom` to `pathTo`. */
  readonly url: string;
  readonly pathFrom: number;
  readonly pathTo: number;
  readonly query: string | undefined;
  endpoint: Endpoint;
}

/** Requests with the same server address, method and route. */
export class Endpoint {
  readonly name: string;
  readonly nameId: number;
  readonly route: string | undefined;
  readonly #recorder: Recorder;
  readonly #constants: Record<string, string | number>;
  readonly #templates = new Map<number, AttributeTemplate>();
  readonly #routes = new Map<string, Endpoint>();
  readonly #method: string;

  constructor(
    recorder: Recorder,
    method: string,
    constants: Record<string, string | number>,
    route?: string,
  ) {
    this.#recorder = recorder;
    this.#method = method;
    this.#constants = constants;
    this.route = route;
    this.name = route === undefined ? method : `${method} ${route}`;
    this.nameId = recorder.strings.intern(this.name);
  }

  /** The same with a route. */
  withRoute(route: string): Endpoint {
    let endpoint = this.#routes.get(route);
    if (endpoint === undefined) {
      if (this.#routes.size >= MAX_ROUTES) return this;
      const constants = { ...this.#constants, "http.route": route };
      endpoint = new Endpoint(this.#recorder, this.#method, constants, route);
      this.#routes.set(route, endpoint);
    }
    return endpoint;
  }

  /** The attributes of requests that were answered with `status`; 0 for none. */
  answered(status: number): AttributeTemplate {
    let template = this.#templates.get(status);
    if (template === undefined) {
      template = this.#recorder.defineTemplate({
        ...this.#constants,
        ...(status === 0 ? undefined : { "http.response.status_code": status }),
        ...(status >= 500 ? { "error.type": String(status) } : undefined),
      }, TEXT_KEYS);
      this.#templates.set(status, template);
    }
    return template;
  }
}

/** What was called: `prefix` is the start of each URL with this authority, slash included. */
interface KnownAuthority {
  prefix: string;
  constants: Record<string, string | number>;
  endpoints: Map<string, Endpoint>;
  /** The method asked for last: comparing a string is cheaper than hashing a new one. */
  lastMethod: string;
  lastEndpoint: Endpoint | undefined;
}

/** One for each recorder, so that all its servers share what they know. */
const requestsOf = new WeakMap<Recorder, HttpRequests>();

export class HttpRequests {
  /** Whether there is a framework that looks for requests by their `Request` objects. */
  isTracking = false;
  /** Whether the routes of Express are wanted, which servers look for themselves. */
  findsExpressRoutes = false;
  /** Whether the header `traceparent` of a request is worth reading. */
  readonly isTracing: boolean;
  readonly #trace: TraceContext | undefined;
  readonly #recorder: Recorder;
  readonly #authorities = new Map<string, KnownAuthority>();
  readonly #meta: number;
  #last: KnownAuthority;

  private constructor(recorder: Recorder) {
    this.#recorder = recorder;
    this.#meta = recorder.metaOf(SCOPE_HTTP_SERVER, KIND_SERVER);
    this.#trace = TraceContext.of(recorder);
    this.isTracing = this.#trace !== undefined;
    this.#last = this.#addAuthority(ANY_AUTHORITY, NO_ADDRESS);
  }

  /** The requests that `recorder` records. */
  static of(recorder: Recorder): HttpRequests {
    let requests = requestsOf.get(recorder);
    if (requests === undefined) {
      requests = new HttpRequests(recorder);
      requestsOf.set(recorder, requests);
    }
    return requests;
  }

  /**
   * Starts the span of a request, as the root of a trace, or below the span of
   * this run that made the request.
   *
   * @param url An absolute URL.
   * @param route Template of the path, where the server knows it by now.
   * @param traceparent The header of that name.
   */
  begin(
    method: string,
    url: string,
    route?: string,
    traceparent?: string | null,
  ): OpenRequest {
    const { prefix } = this.#last;
    const start = url.startsWith(prefix) ? prefix.length - 1 : this.#enterAuthority(url);
    return this.#begin(method, route, { url, start, traceparent });
  }

  /** The same, for a server that gives the path and the host apart. */
  beginAt(
    method: string,
    host: string,
    path: string,
    traceparent?: string,
  ): OpenRequest {
    const prefix = `${host}/`;
    if (this.#last.prefix !== prefix) this.#enterAuthority(prefix);
    const start = path.startsWith("/") ? 0 : Math.max(pathStart(path), 0);
    return this.#begin(method, undefined, { url: path, start, traceparent });
  }

  /** Gives a request the name of its route. */
  setRoute(request: OpenRequest, route: string): void {
    const endpoint = request.endpoint.withRoute(route);
    if (endpoint === request.endpoint || !request.span.isRecording) return;
    request.endpoint = endpoint;
    this.#recorder.rename(request.span, endpoint.name);
  }

  /** The answer has been sent, now or at `endNs`. */
  end(request: OpenRequest, status: number, endNs?: number): void {
    const { span, endpoint } = request;
    // A request that is left out costs nothing more.
    if (span.slot >= 0) {
      if (status >= 500) this.#recorder.setStatus(span, "error");
      const template = endpoint.answered(status);
      template.fill(request.url, request.pathFrom, request.pathTo, request.query);
      this.#recorder.endWith(span, template, endNs);
    }
    this.#trace?.forgetForeign(span);
  }

  /** The handler threw, and nothing but an error reached the client. */
  fail(request: OpenRequest, status: number, error: unknown): void {
    this.#recorder.fail(request.span, error);
    this.end(request, status);
  }

  /** The client went away, or the body broke off, before everything was sent. */
  abort(request: OpenRequest, status: number): void {
    if (request.span.slot < 0) return;
    this.#recorder.setAttribute(request.span, "error.type", ABORTED);
    this.#recorder.setStatus(request.span, "error");
    this.end(request, status);
  }

  #begin(
    method: string,
    route: string | undefined,
    asked: { url: string; start: number; traceparent: string | null | undefined },
  ): OpenRequest {
    const { url, start, traceparent } = asked;
    const authority = this.#last;
    let endpoint = authority.lastEndpoint;
    if (endpoint === undefined || method !== authority.lastMethod) {
      endpoint = authority.endpoints.get(method) ?? this.#addEndpoint(method);
      authority.lastMethod = method;
      authority.lastEndpoint = endpoint;
    }
    // A client names its span after the method, as it is here until there is a route.
    const parentNameId = endpoint.nameId;
    if (route !== undefined) endpoint = endpoint.withRoute(route);
    const end = pathEnd(url, start);
    return {
      span: this.#open(endpoint.nameId, parentNameId, traceparent),
      url,
      pathFrom: start,
      pathTo: Math.min(end, start + MAX_PATH_CHARS),
      query: queryOf(url, end),
      endpoint,
    };
  }

  #open(nameId: number, parentNameId: number, traceparent: string | null | undefined): Span {
    const meta = this.#meta;
    if (typeof traceparent !== "string" || this.#trace === undefined) {
      return this.#recorder.engine.open(nameId, meta, undefined);
    }
    return this.#trace.open(traceparent, { nameId, meta, parentNameId });
  }

  #addEndpoint(method: string): Endpoint {
    const { endpoints, constants } = this.#last;
    const isKnown = HTTP_METHODS.has(method);
    const key = isKnown ? method : "_OTHER";
    let endpoint = endpoints.get(key);
    if (endpoint === undefined) {
      endpoint = new Endpoint(this.#recorder, isKnown ? method : "HTTP", {
        "http.request.method": key,
        ...constants,
      });
      endpoints.set(key, endpoint);
    }
    return endpoint;
  }

  /** Makes the authority of `url` the last one. @returns where the path begins. */
  #enterAuthority(url: string): number {
    const start = pathStart(url);
    if (start < 0) return 0;
    const prefix = `${url.slice(0, start)}/`;
    this.#last = this.#authorities.get(prefix) ??
      this.#addAuthority(prefix, authorityOf(url) ?? NO_ADDRESS);
    return start;
  }

  #addAuthority(prefix: string, authority: Authority): KnownAuthority {
    if (this.#authorities.size >= MAX_AUTHORITIES) return this.#authorities.get(ANY_AUTHORITY)!;
    const constants: Record<string, string | number> = { "url.scheme": authority.scheme };
    if (authority.address !== "") {
      constants["server.address"] = authority.address;
      constants["server.port"] = authority.port;
    }
    const added: KnownAuthority = {
      prefix,
      constants,
      endpoints: new Map(),
      lastMethod: "",
      lastEndpoint: undefined,
    };
    this.#authorities.set(prefix, added);
    return added;
  }
}
