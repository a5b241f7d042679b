// The page: joins the telephone (player.js) to its keys, captions, voice and inspector.

import { Inspector } from "./inspector.js";
import { Player } from "./player.js";
import { breathsOf } from "./ssml.js";
import { Tones } from "./tones.js";
import { englishVoices, Voice } from "./voice.js";

const RING_SECONDS = 1.2; // one British double ring: long enough to be heard, short enough to test with
const ENDINGS = {
  "hung up by the caller": "You hung up",
  "hung up by the line": "The line hung up",
  "ran out of words": "The line had nothing more to say: on a real call it would go dead",
};
const YOUR_TURN = "Speak, type or press a key";
const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

const $ = (id) => document.getElementById(id);
const voice = new Voice();
const tones = new Tones();
const inspector = new Inspector($("turns"));
let player = null; // the call, null before the first
let recognition = null;
let clock = 0; // of the call timer
let countdown = 0; // of silence, or of ringing

// The call.

function call() {
  $("captions").replaceChildren();
  inspector.clear();
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
    speak: (say) => voice.speak(breathsOf(say), captionLine),
    rest: (seconds) => voice.rest(seconds),
    hush: () => voice.hush(),
    told: {
      says: (_, canBeInterrupted) => {
        newCaption();
        show("speaking", canBeInterrupted ? "The line is speaking: you may interrupt" : "The line is speaking: please listen");
      },
      listens: (waiting) => listen(waiting),
      rings: (ringing) => ring(ringing),
      ends: (ending, fault) => end(ending, fault),
    },
  });
  player = mine;
  player.dial();
  $("hang-up").focus();
}

/** Send `fields` to the line; a reply to a call that is no longer on the page is not shown. */
async function post(url, fields, isShown) {
  stopCounting();
  if (fields.CallStatus !== "ringing") show("thinking", "The line is thinking");
  const began = performance.now();
  const reply = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-Phone-Page": "1" }, // no other site can send it in the visitor's name
  });
  const text = await reply.text();
  const milliseconds = performance.now() - began;
  if (isShown()) inspector.add({ url, fields, status: reply.status, milliseconds, headers: reply.headers, text });
  return { ok: reply.ok, status: reply.status, text };
}

function pickUp() {
  tones.stopRinging();
  const began = Date.now();
  clearInterval(clock);
  const tick = () => ($("timer").textContent = minutesOf((Date.now() - began) / 1000));
  tick();
  clock = setInterval(tick, 1000);
}

function listen(waiting) {
  show("listening", YOUR_TURN);
  const isSpeaking = () => recognition || $("words").value.trim(); // who speaks or types is not silent
  count(waiting.timeout, "The line listens for", () => player.timeIsUp(), isSpeaking);
}

function ring(ringing) {
  $("transfer-number").textContent = nationalNumber(ringing.number);
  show("transfer", `Ringing ${nationalNumber(ringing.number)}`);
  tones.startRinging();
  count(ringing.timeout, "It rings for", () => endTransfer("no-answer"));
  $("answered").focus();
}

function endTransfer(outcome) {
  stopCounting();
  tones.stopRinging();
  const names = { completed: "The conversation ended", busy: "The Helpline is busy", "no-answer": "Nobody answered" };
  note(names[outcome]);
  $("hang-up").focus();
  player.endTransfer(outcome);
}

function answerTransfer() {
  stopCounting();
  tones.stopRinging();
  note("A nurse or trained person would speak with you now");
  show("talking", "Connected to the Helpline");
  $("they-hang-up").focus();
}

function end(ending, fault) {
  stopCounting();
  tones.stopRinging();
  clearInterval(clock);
  recognition?.abort();
  show("ended", fault ? "The call failed" : ENDINGS[ending]);
  note(fault ? `The call failed: ${fault}. On a real call Twilio would play its fallback.` : ENDINGS[ending]);
  if (!document.activeElement?.offsetParent) $("call").focus(); // the button that was used is gone
}

// What the caller does.

function press(key) {
  if (!player || player.ending) return;
  tones.key(key);
  flash(key);
  if (!player.waiting?.acceptsKeys) return;
  heard(`Pressed ${key}`);
  player.press(key);
}

function say(words, confidence) {
  if (!words.trim() || !player?.waiting?.acceptsWords) return;
  heard(`“${words.trim()}”`);
  player.say(words, confidence);
}

function listenToMicrophone() {
  if (recognition) {
    recognition.stop();
    return;
  }
  voice.hush();
  stopCounting();
  recognition = Object.assign(new Recognition(), { lang: "en-GB", interimResults: false, maxAlternatives: 1 });
  $("microphone").setAttribute("aria-pressed", "true");
  recognition.onresult = ({ results }) => say(results[0][0].transcript, results[0][0].confidence || 0.9);
  recognition.onerror = ({ error }) => note(`The microphone heard nothing (${error}): type your words instead`);
  recognition.onend = () => {
    recognition = null;
    $("microphone").setAttribute("aria-pressed", "false");
    if (player?.waiting && !countdown) listen(player.waiting);
  };
  recognition.start();
}

// What the caller sees.

function show(state, status) {
  document.body.dataset.state = state;
  $("status").textContent = status;
  const inCall = !["idle", "ended"].includes(state);
  $("call").hidden = inCall;
  $("hang-up").hidden = !inCall;
  $("transfer").hidden = state !== "transfer";
  $("talking").hidden = state !== "talking";
  $("call").textContent = state === "ended" ? "Call again" : "Call";
}

let line = null; // the caption that grows while the line speaks

function newCaption() {
  line = null;
}

/** Add `words` to the caption; a sentence after a pause begins a new line, so that a menu reads as a list. */
function captionLine(words, isAfterPause) {
  line ??= addCaption("line", "The line");
  const before = line.textContent;
  const gap = isAfterPause && /[.?!]$/.test(before) ? "\n" : " ";
  line.append(before ? gap + words : words);
  $("captions").scrollTop = $("captions").scrollHeight;
}

function heard(words) {
  line = null;
  addCaption("caller", "You").append(words);
}

function note(words) {
  line = null;
  addCaption("note", "").append(words);
}

function addCaption(from, name) {
  const caption = document.createElement("p");
  caption.className = from;
  const words = document.createElement("span");
  if (name) {
    const who = document.createElement("b");
    who.textContent = `${name}: `;
    caption.append(who);
  }
  caption.append(words);
  $("captions").append(caption);
  $("captions").scrollTop = $("captions").scrollHeight;
  return words;
}

function flash(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
}

/** Count `seconds` down, said after `meaning`, then do `after`; begin again as long as `isHeld`. */
function count(seconds, meaning, after, isHeld = () => false) {
  stopCounting();
  let left = seconds;
  const draw = () => {
    $("countdown").hidden = false;
    $("seconds").value = left / seconds;
    $("seconds-left").textContent = `${meaning} ${left} more ${left === 1 ? "second" : "seconds"}`;
  };
  draw();
  countdown = setInterval(() => {
    left = isHeld() ? seconds : left - 1;
    if (left > 0) return draw();
    stopCounting();
    after();
  }, 1000);
}

function stopCounting() {
  clearInterval(countdown);
  countdown = 0;
  $("countdown").hidden = true;
}

function minutesOf(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function nationalNumber(number) {
  return number.replace(/^\+44(\d{3})(\d{3})(\d{4})$/, "0$1 $2 $3");
}

// Settings.

let chosenVoice = null; // browsers list their voices late, and more than once

function offerVoices() {
  const voices = englishVoices();
  $("voice").replaceChildren(...voices.map((one) => new Option(`${one.name} (${one.lang})`, one.voiceURI)));
  $("voice").append(new Option(voices.length ? "No voice: captions only" : "No English voice here: captions only", ""));
  $("voice").value = chosenVoice ?? voices[0]?.voiceURI ?? "";
  useVoice();
}

function chooseVoice() {
  chosenVoice = $("voice").value;
  useVoice();
}

function useVoice() {
  voice.voice = englishVoices().find((one) => one.voiceURI === $("voice").value) ?? null;
}

function setVolume() {
  voice.volume = tones.volume = Number($("volume").value) / 100;
}

function toggleMute() {
  const isMuted = !voice.isMuted;
  voice.mute(isMuted);
  tones.isMuted = isMuted;
  $("mute").setAttribute("aria-pressed", String(isMuted));
}

async function copyStory() {
  $("story").value = inspector.story();
  $("story").hidden = $("story-label").hidden = false;
  try {
    await navigator.clipboard.writeText($("story").value);
    $("copied").textContent = "Copied. Put it into tests/stories/ and run make stories.";
  } catch {
    $("story").select();
    $("copied").textContent = "The browser does not let this page copy: copy the text below yourself.";
  }
}

// Wiring.

const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select");

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
document.addEventListener("keydown", (event) => {
  if (!$("shortcuts").checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!/^[0-9*#]$/.test(event.key) || isTyping(event.target)) return;
  event.preventDefault();
  press(event.key);
});
$("talk").addEventListener("submit", (event) => {
  event.preventDefault();
  say($("words").value);
  $("words").value = "";
});
$("microphone").hidden = $("microphone-note").hidden = !Recognition;
$("microphone").addEventListener("click", listenToMicrophone);
$("voice").addEventListener("change", chooseVoice);
$("volume").addEventListener("input", setVolume);
$("mute").addEventListener("click", toggleMute);
$("copy-story").addEventListener("click", copyStory);
globalThis.speechSynthesis?.addEventListener("voiceschanged", offerVoices);
offerVoices();
setVolume();
show("idle", "Ready to call");
