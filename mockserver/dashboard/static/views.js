// All views, in the order of the rail. `key` follows `g`.

import { accounts } from "./accounts.js";
import { callbacks } from "./callbacks.js";
import { calls } from "./calls.js";
import { faults } from "./faults.js";
import { requests } from "./requests.js";
import { scenario } from "./scenario.js";
import { tryIt } from "./tryit.js";

export const VIEWS = { requests, callbacks, calls, scenario, faults, try: tryIt, accounts };
