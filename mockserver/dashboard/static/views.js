// @ts-check
// All views, in the order of the rail. `key` follows `g`.

import { requests } from "./requests.js";

export const VIEWS = { requests };
