// The page: joins the telephone (player.js) to its keys, captions, voice and inspector.

import { Captions } from "./captions.js";
import { Countdown } from "./countdown.js";
import { Inspector } from "./inspector.js";
import { Microphone } from "./microphone.js";
import { Player } from "./player.js";
import { postForm } from "./post.js";
import { Sound } from "./sound.js";
import { breathsOf } from "./ssml.js";
import { Tones } from "./tones.js";
import { Voice } from "./voice.js";

const RING_SECONDS = 1.2; // one British double ring: long enough to be heard, short enough to test with
const ENDINGS = {
  "hung up by the caller": "You hung up",
  "hung up by the line": "The line hung up",
  "ran out of words": "The line had nothing more to say: on a real call it would go dead",
};
const OUTCOMES = { completed: "The conversation ended", busy: "The Helpline is busy", "no-answer": "Nobody answered" };
const NOT_LISTENING = "The line is not listening now: wait until it is";

const $ = (id) => document.getElementById(id);
const captions = new Captions($("captions"));
const countdown = new Countdown($("countdown"));
const inspector = new Inspector($("inspector"));
const tones = new Tones();
const voice = new Voice(() => {
  sound.giveUpVoice();
  captions.note("This voice does not speak: the call goes on in captions");
});
const sound = new Sound({ choice: $("voice"), volume: $("volume"), mute: $("mute") }, voice, tones);
const microphone = new Microphone({
  hears: say,
  fails: (reason) => captions.note(`The microphone heard nothing (${reason}): type your words instead`),
  changes: (isOpen) => $("microphone").setAttribute("aria-pressed", String(isOpen)),
});
let player = null; // the call, null before the first
let clock = 0; // of the call timer

// The call.

function call() {
  clear();
  show("ringing-out", "Ringing");
  tones.startRinging();
  const rung = new Promise((done) => setTimeout(done, RING_SECONDS * 1000));
  const mine = new Player({
    address: location.origin,
    post: async (url, fields) => {
      const reply = await post(url, fields, () => mine === player);
      if (fields.CallStatus === "ringing") await rung;
      if (fields.CallStatus === "ringing" && !mine.ending) pickUp();
      return reply;
    },
    speak: (verb) => voice.speak(breathsOf(verb), (words, isAfterPause) => captions.line(words, isAfterPause)),
    rest: (seconds) => voice.rest(seconds),
    hush: () => voice.hush(),
    told: {
      says: (_, canBeInterrupted) => {
        countdown.stop();
        captions.beginLine();
        show("speaking", canBeInterrupted ? "The line is speaking: you may interrupt" : "The line is speaking: please listen");
      },
      listens: listen,
      rings: ring,
      ends: end,
    },
  });
  player = mine;
  player.dial();
  $("hang-up").focus();
}

function clear() {
  captions.clear();
  inspector.clear();
  $("timer").textContent = "0:00";
}

/** Send `fields` to the line; a reply to a call that is no longer on the page is not shown. */
async function post(url, fields, isShown) {
  countdown.stop();
  microphone.close();
  if (fields.CallStatus !== "ringing") show("thinking", "The line is thinking");
  const reply = await postForm(url, fields);
  if (isShown()) inspector.add({ url, fields, ...reply });
  return reply;
}

function pickUp() {
  tones.stopRinging();
  const began = Date.now();
  clearInterval(clock);
  clock = setInterval(() => ($("timer").textContent = minutesOf((Date.now() - began) / 1000)), 1000);
}

function listen(waiting) {
  show("listening", "Speak, type or press a key");
  const isSpeaking = () => microphone.isOpen || $("words").value.trim(); // who speaks or types is not silent
  countdown.start(waiting.timeout, "The line listens for", () => player.timeIsUp(), isSpeaking);
}

function ring(ringing) {
  $("transfer-number").textContent = nationalNumber(ringing.number);
  show("transfer", `Ringing ${nationalNumber(ringing.number)}`);
  tones.startRinging();
  countdown.start(ringing.timeout, "It rings for", () => endTransfer("no-answer"));
  if (!isTyping(document.activeElement)) $("answered").focus();
}

function endTransfer(outcome) {
  countdown.stop();
  tones.stopRinging();
  captions.note(OUTCOMES[outcome]);
  if (document.activeElement.closest(".panel")) $("hang-up").focus(); // the panel goes
  player.endTransfer(outcome);
}

function answerTransfer() {
  countdown.stop();
  tones.stopRinging();
  captions.note("A nurse or trained person would speak with you now");
  show("talking", "Connected to the Helpline");
  $("they-hang-up").focus();
}

function end(ending, fault) {
  countdown.stop();
  tones.stopRinging();
  clearInterval(clock);
  microphone.close();
  show("ended", fault ? "The call failed" : ENDINGS[ending]);
  if (fault) captions.note(`${fault}. On a real call Twilio would play its fallback.`);
  if (!document.activeElement?.offsetParent) $("call").focus(); // the button that was used is gone
}

// What the caller does.

function press(key) {
  if (!player || player.ending) return;
  tones.key(key);
  flash(key);
  if (!player.waiting?.acceptsKeys) return;
  captions.caller(`Pressed ${key}`);
  player.press(key);
}

/** Say `words` to the line; return whether it was listening. */
function say(words, confidence) {
  if (!player?.waiting?.acceptsWords) {
    if (player && !player.ending) captions.note(NOT_LISTENING);
    return false;
  }
  if (!words.trim()) return false;
  captions.caller(`“${words.trim()}”`);
  player.say(words, confidence);
  return true;
}

function sayTyped(event) {
  event.preventDefault();
  if (say($("words").value)) $("words").value = "";
}

function useMicrophone() {
  if (microphone.isOpen) microphone.finish();
  else if (player?.waiting?.acceptsWords) {
    microphone.open();
    player.interrupt();
  } else captions.note(player && !player.ending ? NOT_LISTENING : "Call first, then speak");
}

function pressOnKeyboard(event) {
  const isCommand = event.metaKey || (event.key !== "#" && (event.ctrlKey || event.altKey)); // # may need Alt or AltGr
  if (!$("shortcuts").checked || isCommand || event.repeat) return;
  if (!/^[0-9*#]$/.test(event.key) || isTyping(event.target)) return;
  event.preventDefault();
  press(event.key);
}

// What the caller sees.

function show(state, status) {
  document.body.dataset.state = state;
  if ($("status").textContent !== status) $("status").textContent = status; // said again by a screen reader otherwise
  const inCall = !["idle", "ended"].includes(state);
  $("call").hidden = inCall;
  $("hang-up").hidden = !inCall;
  $("transfer").hidden = state !== "transfer";
  $("talking").hidden = state !== "talking";
  $("call").textContent = state === "ended" ? "Call again" : "Call";
}

function flash(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
}

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=range]), textarea, select");
}

function minutesOf(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function nationalNumber(number) {
  return number.replace(/^\+44(\d{3})(\d{3})(\d{4})$/, "0$1 $2 $3");
}

// Wiring.

$("call").addEventListener("click", call);
$("hang-up").addEventListener("click", () => player.hangUp());
$("answered").addEventListener("click", answerTransfer);
$("busy").addEventListener("click", () => endTransfer("busy"));
$("no-answer").addEventListener("click", () => endTransfer("no-answer"));
$("they-hang-up").addEventListener("click", () => endTransfer("completed"));
$("keypad").addEventListener("click", ({ target }) => {
  const key = target.closest("[data-key]")?.dataset.key;
  if (key) press(key);
});
document.addEventListener("keydown", pressOnKeyboard);
$("talk").addEventListener("submit", sayTyped);
$("microphone").hidden = $("microphone-note").hidden = !Microphone.exists;
$("microphone").addEventListener("click", useMicrophone);
addEventListener("pagehide", () => {
  voice.hush();
  microphone.close();
});
show("idle", "Ready to call");
