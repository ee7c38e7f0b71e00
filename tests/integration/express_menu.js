// A menu in Express whose callee accepts the call by a key. A voicemail follows if nobody does. It prints its port.
const express = require("express");
const twilio = require("twilio");

const { VoiceResponse } = twilio.twiml;
const AGENT = "+15005550008";

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(twilio.webhook()); // refuses what is not signed with TWILIO_AUTH_TOKEN

function answer(response, twiml) {
  response.type("text/xml").send(twiml.toString());
}

app.post("/voice", (request, response) => {
  const twiml = new VoiceResponse();
  const gather = twiml.gather({ numDigits: 1, action: "/menu", method: "POST" });
  gather.say("For sales, press 1. For a joke, press 2.");
  twiml.redirect("/voice");
  answer(response, twiml);
});

app.post("/menu", (request, response) => {
  const twiml = new VoiceResponse();
  if (request.body.Digits === "1") {
    const dial = twiml.dial({ action: "/dialed?agent=sales", callerId: request.body.To });
    dial.number({ url: `/screen?caller=${encodeURIComponent(request.body.From)}` }, AGENT);
  } else {
    twiml.say("Sorry, there are no jokes today.");
    twiml.redirect("/voice");
  }
  answer(response, twiml);
});

app.post("/screen", (request, response) => {
  const twiml = new VoiceResponse();
  const gather = twiml.gather({ numDigits: 1, action: "/accept" });
  gather.say(`You have a call from ${request.query.caller}. Press any key to accept.`);
  twiml.say("Sorry, I did not get your response.");
  twiml.hangup();
  answer(response, twiml);
});

app.post("/accept", (request, response) => {
  const twiml = new VoiceResponse();
  twiml.say("Connecting you.");
  answer(response, twiml);
});

app.post("/dialed", (request, response) => {
  const twiml = new VoiceResponse();
  if (request.body.DialBridged !== "true") {
    twiml.say("Nobody is here. Please leave a message.");
    twiml.record({
      action: `/recorded?agent=${request.query.agent}`,
      maxLength: 20,
      recordingStatusCallback: "/stored",
      recordingStatusCallbackEvent: ["in-progress", "completed"],
    });
  }
  answer(response, twiml);
});

const stored = [];

app.post("/stored", (request, response) => {
  stored.push(request.body.RecordingStatus);
  response.sendStatus(204);
});

app.post("/recorded", (request, response) => {
  const twiml = new VoiceResponse();
  const { RecordingDuration: seconds } = request.body;
  twiml.say(`${request.query.agent} gets your message of ${seconds} seconds. It is ${stored.join()}.`);
  answer(response, twiml);
});

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
