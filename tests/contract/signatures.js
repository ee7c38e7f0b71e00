// What twilio-node's validator says of signatures. Usage: node signatures.js TOKEN, and on its input a list of
// [url, {name: value or list of values}, signature]; answers with a list of true and false.
const { readFileSync } = require("node:fs");
const { validateRequest } = require("twilio");

const cases = JSON.parse(readFileSync(0, "utf8"));
const found = cases.map(([url, parameters, signature]) => validateRequest(process.argv[2], signature, url, parameters));
console.log(JSON.stringify(found));
