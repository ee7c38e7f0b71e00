import { accounts } from "./view-accounts.js";
import { callbacks } from "./view-callbacks.js";
import { calls } from "./view-calls.js";
import { faults } from "./view-faults.js";
import { recordings } from "./view-recordings.js";
import { requests } from "./view-requests.js";
import { scenario } from "./view-scenario.js";
import { tryIt } from "./view-tryit.js";

export const VIEWS = { recordings, requests, callbacks, calls, scenario, faults, try: tryIt, accounts };
