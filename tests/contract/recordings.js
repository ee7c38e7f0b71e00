// What twilio-node sees of the mock. Usage: node recordings.js realistic|adversarial|family BASE_URL SID TOKEN
const assert = require("node:assert/strict");
const twilio = require("twilio");

const [part, baseUrl, sid, token] = process.argv.slice(2);
const client = twilio(sid, token);
client.api.baseUrl = baseUrl;

const sids = (recordings) => recordings.map((recording) => recording.sid);
const isDate = (value) => value instanceof Date && !Number.isNaN(value.getTime());

async function realistic() {
  const everything = await client.recordings.list({ pageSize: 1000 });
  const recordings = await client.recordings.list({ limit: 500, pageSize: 50 });
  assert.equal(new Set(sids(recordings)).size, 500);
  assert.deepEqual(sids(recordings), sids(everything).slice(0, 500));
  for (const [index, recording] of recordings.entries()) {
    assert.ok([recording.dateCreated, recording.dateUpdated, recording.startTime].every(isDate));
    assert.ok(index === 0 || recording.dateCreated <= recordings[index - 1].dateCreated);
  }
  const many = await client.recordings.list({ limit: 2000 }); // sent as PageSize, without a cap (WIRE §17)
  assert.ok(everything.length > 2000);
  assert.deepEqual(sids(many), sids(everything).slice(0, 2000));
  await filters(everything);
  await deletion(everything);
  await deletingWhileListing();
}

async function filters(everything) {
  const { dateCreated: instant } = everything[700];
  const midnight = new Date(instant.toISOString().slice(0, 10));
  const nextMidnight = new Date(midnight.getTime() + 24 * 3600 * 1000);
  const cases = [
    [{ dateCreated: instant }, (r) => r.dateCreated.getTime() === instant.getTime()],
    [{ dateCreated: midnight }, (r) => r.dateCreated >= midnight && r.dateCreated < nextMidnight],
    [{ dateCreatedBefore: instant }, (r) => r.dateCreated <= instant],
    [{ dateCreatedAfter: instant }, (r) => r.dateCreated >= instant],
    [{ callSid: everything[3].callSid }, (r) => r.callSid === everything[3].callSid],
  ];
  const conference = everything.find((recording) => recording.conferenceSid !== null).conferenceSid;
  cases.push([{ conferenceSid: conference }, (r) => r.conferenceSid === conference]);
  for (const [options, matches] of cases) {
    const found = await client.recordings.list({ pageSize: 200, ...options });
    assert.ok(found.length > 0);
    assert.deepEqual(sids(found), sids(everything.filter(matches)));
  }
}

async function deletion(everything) {
  const listed = everything.find((recording) => recording.status === "completed");
  const fetched = await client.recordings(listed.sid).fetch();
  assert.deepEqual(fetched.toJSON(), listed.toJSON());
  // Not listed.remove(): twilio-node 6.2.0 forgets the SID of an instance that came from a list.
  assert.equal(await client.recordings(listed.sid).remove(), true);
  await assert.rejects(client.recordings(listed.sid).fetch(), { code: 20404, status: 404 });
  const deleted = await client.recordings(listed.sid).fetch({ includeSoftDeleted: true });
  assert.equal(deleted.status, "deleted");
}

async function deletingWhileListing() {
  const before = sids(await client.recordings.list({ pageSize: 1000 }));
  const visited = [];
  let page = await client.recordings.page({ pageSize: 100 });
  while (page) {
    for (const recording of page.instances) {
      visited.push(recording.sid);
      if (recording.status === "completed") await client.recordings(recording.sid).remove();
    }
    page = page.nextPageUrl ? await page.nextPage() : undefined;
  }
  assert.deepEqual(visited, before);
}

async function adversarial() {
  const found = await client.recordings.list({ pageSize: 1000, includeSoftDeleted: true });
  assert.equal(new Set(sids(found)).size, 2000);
  for (const recording of found) {
    assert.ok(isDate(recording.dateCreated));
    assert.ok(recording.startTime === null || isDate(recording.startTime));
    assert.ok(recording.errorCode === null || Number.isInteger(recording.errorCode));
    JSON.stringify(recording);
  }
}

async function family() {
  const completed = (await client.recordings.list()).find((recording) => recording.conferenceSid === null);
  const context = client.recordings(completed.sid);
  const call = client.calls(`CA${"1".repeat(32)}`);
  const recording = await call.recordings.create({ recordingStatusCallbackEvent: ["in-progress", "completed"] });
  assert.equal(recording.status, "in-progress");
  assert.equal((await call.recordings("Twilio.CURRENT").update({ status: "paused" })).status, "paused");
  assert.equal((await call.recordings(recording.sid).update({ status: "in-progress" })).status, "in-progress");
  assert.equal((await call.recordings(recording.sid).update({ status: "stopped" })).status, "stopped");
  assert.equal((await call.recordings(recording.sid).fetch()).status, "processing");
  assert.deepEqual(sids(await call.recordings.list()), [recording.sid]);
  await assert.rejects(call.recordings(recording.sid).remove(), { code: 20009, status: 409 });
  await subresources(context);
  await parents();
  await callsAndAccounts();
  const callContext = client.calls(completed.callSid).recordings(completed.sid);
  assert.equal((await callContext.fetch()).sid, completed.sid);
  assert.equal(await callContext.remove(), true);
}

async function subresources(context) {
  const [transcription] = await context.transcriptions.list();
  assert.ok(isDate(transcription.dateCreated));
  assert.equal((await context.transcriptions(transcription.sid).fetch()).sid, transcription.sid);
  assert.equal((await client.transcriptions(transcription.sid).fetch()).sid, transcription.sid);
  assert.ok((await client.transcriptions.list({ limit: 60, pageSize: 20 })).length > 20);
  assert.equal(await context.transcriptions(transcription.sid).remove(), true);
  await assert.rejects(client.transcriptions(transcription.sid).remove(), { code: 20404 });
  for (const result of await context.addOnResults.list()) {
    const results = context.addOnResults(result.sid);
    assert.equal((await results.fetch()).status, "completed");
    const [payload] = await results.payloads.list();
    assert.equal((await results.payloads(payload.sid).fetch()).contentType, "application/json");
    assert.ok((await results.payloads(payload.sid).data().fetch()).redirect_to.startsWith(baseUrl));
    assert.equal(await results.payloads(payload.sid).remove(), true);
    assert.equal(await results.remove(), true);
  }
}

async function parents() {
  const [conference] = await client.conferences.list({ limit: 1 });
  const context = client.conferences(conference.sid);
  assert.equal((await context.fetch()).status, "completed");
  const [recording] = await context.recordings.list();
  assert.equal((await context.recordings(recording.sid).fetch()).conferenceSid, conference.sid);
  await assert.rejects(context.recordings(recording.sid).update({ status: "paused" }), { code: 21220 });
  assert.equal(await context.recordings(recording.sid).remove(), true);
  assert.equal((await client.calls(recording.callSid).fetch()).status, "completed");
}

async function callsAndAccounts() {
  const calls = await client.calls.list({ pageSize: 1000 });
  const { startTime, endTime, from, to } = calls[20];
  const cases = [
    [{ startTimeBefore: startTime }, (call) => call.startTime < startTime],
    [{ startTimeAfter: startTime }, (call) => call.startTime >= startTime],
    [{ endTimeBefore: endTime }, (call) => call.endTime !== null && call.endTime < endTime],
    [{ endTimeAfter: endTime }, (call) => call.endTime !== null && call.endTime >= endTime],
    [{ status: "completed" }, (call) => call.status === "completed"],
    [{ status: "in-progress" }, (call) => call.status === "in-progress"],
    [{ status: "busy" }, () => false],
    [{ from }, (call) => call.from === from],
    [{ to }, (call) => call.to === to],
  ];
  for (const [options, wanted] of cases) {
    assert.deepEqual(sids(await client.calls.list({ pageSize: 30, ...options })), sids(calls.filter(wanted)));
  }
  const conferences = await client.conferences.list({ pageSize: 1000 });
  const { friendlyName } = conferences[0];
  const named = await client.conferences.list({ friendlyName, status: "completed" });
  assert.deepEqual(sids(named), sids(conferences.filter((conference) => conference.friendlyName === friendlyName)));
  assert.deepEqual(sids(await client.api.accounts.list({ status: "active" })), [sid]);
}

({ realistic, adversarial, family })[part]().then(
  () => console.log(`${part}: ok`),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
