/**
 * Finds a request by an object of the program's that stands for it.
 *
 * @module
 */
import type { OpenRequest } from "./http_requests.ts";
import { createMark } from "./mark.ts";

const mark = createMark<OpenRequest>();

/** Lets `request` be found by `object`. */
export const markRequest: (object: object, request: OpenRequest) => void = mark.set;

/** The request that `object` stands for. */
export const requestOf: (object: object) => OpenRequest | undefined = mark.get;
