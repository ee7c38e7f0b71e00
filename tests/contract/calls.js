// What twilio-node sees of calls and conferences. Usage: node calls.js BASE_URL SID TOKEN
const assert = require("node:assert/strict");
const twilio = require("twilio");

const [baseUrl, sid, token] = process.argv.slice(2);
const client = twilio(sid, token);
client.api.baseUrl = baseUrl;
const ends = { to: "+15005550006", from: "+15005550002" };

async function advance(seconds) {
  const body = JSON.stringify({ advance: `${seconds}s` });
  const answer = await fetch(`${baseUrl}/_mock/accounts/demo/clock`, { method: "POST", body });
  assert.equal(answer.status, 200);
}

async function recordedCall() {
  const call = await client.calls.create({
    ...ends,
    twiml: "<Response><Say>Please hold the line.</Say><Pause length='60'/></Response>",
    record: true,
    recordingStatusCallback: "http://127.0.0.1:1/recordings",
    recordingStatusCallbackEvent: ["in-progress", "completed"],
    statusCallback: "http://127.0.0.1:1/events",
    statusCallbackEvent: ["initiated", "answered"],
  });
  assert.equal(call.status, "queued");
  assert.equal((await client.calls(call.sid).fetch()).startTime, null);
  const statuses = [];
  for (let second = 0; second < 4; second += 1) {
    statuses.push((await client.calls(call.sid).fetch()).status);
    await advance(1);
  }
  assert.deepEqual(statuses, ["queued", "ringing", "ringing", "in-progress"]);
  await advance(20);
  const ended = await client.calls(call.sid).update({ status: "completed" });
  assert.deepEqual([ended.status, ended.duration], ["completed", "21"]);
  await advance(5);
  const [recording] = await client.calls(call.sid).recordings.list();
  assert.deepEqual([recording.source, recording.status, recording.channels], ["OutboundAPI", "completed", 1]);
  const [transcription] = await client.recordings(recording.sid).transcriptions.list();
  assert.equal(transcription.transcriptionText, "Please hold the line.");
  const uri = `${baseUrl}${recording.uri.replace(".json", ".wav")}`;
  assert.equal((await client.request({ method: "get", uri })).statusCode, 200);
  await assert.rejects(client.calls(call.sid).update({ twiml: "<Response/>" }), { code: 21220 });
  await assert.rejects(client.calls.create({ ...ends }), { code: 21205 });
  assert.equal((await client.calls.list({ status: "completed", to: ends.to }))[0].sid, call.sid);
  assert.equal(await client.calls(call.sid).remove(), true);
  await assert.rejects(client.calls(call.sid).fetch(), { status: 404 });
}

async function conference() {
  const room = client.conferences("Weekly").participants;
  const form = { ...ends, record: true, conferenceRecord: "true", conferenceStatusCallbackEvent: ["start", "end"] };
  const ann = await room.create({ ...form, label: "ann" });
  const bob = await room.create({ ...form, to: "client:bob", endConferenceOnExit: true });
  assert.deepEqual([ann.status, ann.muted, bob.endConferenceOnExit], ["queued", false, true]);
  await advance(5);
  const [found] = await client.conferences.list({ friendlyName: "Weekly", status: "in-progress" });
  assert.equal(found.sid, ann.conferenceSid);
  const { participants } = client.conferences(found.sid);
  assert.equal((await participants("ann").update({ muted: true })).muted, true);
  assert.deepEqual((await participants.list({ muted: true })).map((one) => one.callSid), [ann.callSid]);
  assert.equal(await participants("ann").remove(), true);
  assert.equal((await client.conferences(found.sid).update({ status: "completed" })).status, "completed");
  await advance(3);
  const [recording] = await client.conferences(found.sid).recordings.list();
  assert.deepEqual([recording.source, recording.status], ["Conference", "completed"]);
}

recordedCall()
  .then(conference)
  .then(
    () => console.log("calls: ok"),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
