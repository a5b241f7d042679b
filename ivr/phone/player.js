// Plays TwiML as Twilio would, by the same rules as ivr/player.py: tests/twiml_cases.json holds both to them.
// It knows nothing of the page: `post`, `speak` and `rest` are passed in, and `told` hears what happens.

import { ringingOf, textOf, waitingOf } from "./verbs.js";

const MOST_DOCUMENTS = 20; // in one turn; more is a loop

/** The same letters every real call has: Twilio's CallSid is "CA" and 32 hexadecimal digits. */
export function newSid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "CA" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * One call to the line.
 *
 * `post(url, fields)` resolves to {ok, status, text}; `speak(say)` and `rest(seconds)` resolve when they are done or
 * when `hush()` cuts them short. `told` has any of: says(say, canBeInterrupted), listens(waiting), rings(ringing),
 * ends(ending, fault).
 */
export class Player {
  spoken = []; // {text, canBeInterrupted} of every Say
  waiting = null; // the Gather that listens: see waitingOf in verbs.js
  ringing = null; // the transfer that waits for its outcome: see ringingOf
  ending = "";
  fault = "";
  #verbs = [];
  #document = "";
  #keys = ""; // pressed, and not yet enough
  #isInterrupted = false; // a key or a voice ends what the Gather says
  #turn = 0; // what an earlier turn still had to play is dropped when the caller acts

  constructor({ address, post, speak, rest, hush, told = {} }) {
    Object.assign(this, { address, post, speak, rest, hush, told });
    this.call = newSid();
    this.caller = "+447700900123";
    this.line = "+442079460000";
  }

  /** Call the line. Resolves when it listens, rings or has ended. */
  dial() {
    return this.#follow(`${this.address}/calls/start`, { CallStatus: "ringing" });
  }

  /** Press one key. Keys are lost, as on a phone, while nothing listens for them. */
  async press(key) {
    const gather = this.waiting;
    if (!gather?.acceptsKeys) return;
    if (key !== gather.finishKey) this.#keys += key;
    this.interrupt(); // and the time starts anew after each key
    if (key === gather.finishKey || this.#keys.length === gather.digits) return this.timeIsUp();
  }

  /** Stop what the Gather still says, as when the caller begins to speak; it goes on listening. */
  interrupt() {
    if (!this.waiting) return;
    this.#isInterrupted = true;
    this.hush();
    this.told.listens?.(this.waiting);
  }

  /** Say `words`, as a recogniser would write them; a voice interrupts as a key does. */
  async say(words, confidence = 0.9) {
    const gather = this.waiting;
    if (!gather?.acceptsWords || !words.trim()) return;
    this.hush();
    return this.#follow(gather.action, { SpeechResult: words, Confidence: confidence.toFixed(4) });
  }

  /** The Gather's time has run out: send the keys pressed so far, or silence. */
  async timeIsUp() {
    const gather = this.waiting;
    if (!gather) return;
    if (this.#keys) return this.#follow(gather.action, { Digits: this.#keys });
    return gather.postsSilence ? this.#follow(gather.action, {}) : this.#play();
  }

  /** End the ringing transfer with Twilio's DialCallStatus. */
  async endTransfer(outcome) {
    if (!this.ringing) return;
    const { action } = this.ringing;
    this.ringing = null;
    return action ? this.#follow(action, { DialCallStatus: outcome, DialCallSid: newSid() }) : this.#play();
  }

  hangUp() {
    this.waiting = this.ringing = null;
    this.#end("hung up by the caller");
    this.hush();
  }

  async #follow(url, fields) {
    this.waiting = null;
    this.#turn += 1;
    await this.#fetch(url, fields);
    return this.#play();
  }

  async #play() {
    const turn = ++this.#turn;
    const isOver = () => turn !== this.#turn || this.waiting || this.ringing || this.ending;
    this.waiting = null;
    let fetched = 0;
    while (!isOver()) {
      if (!this.#verbs.length) {
        this.#end("ran out of words");
        return;
      }
      const redirect = await this.#perform(this.#verbs.shift());
      if (!redirect || isOver()) continue;
      fetched += 1;
      if (fetched > MOST_DOCUMENTS) this.#fail("the line redirects for ever");
      else await this.#fetch(redirect, {});
    }
  }

  /** Do one verb; return the address a Redirect leads to. */
  async #perform(verb) {
    switch (verb.tagName) {
      case "Say":
        return this.#say(verb, false);
      case "Pause":
        return this.rest(Number(verb.getAttribute("length") ?? 1));
      case "Gather":
        return this.#gather(verb);
      case "Dial":
        return this.#dial(verb);
      case "Redirect":
        return verb.textContent.trim() || this.#document;
      case "Hangup":
        return this.#end("hung up by the line");
      default:
        return this.#fail(`<${verb.tagName}> is not a verb this telephone knows`);
    }
  }

  #say(verb, canBeInterrupted) {
    this.spoken.push({ text: textOf(verb), canBeInterrupted });
    this.told.says?.(verb, canBeInterrupted);
    return this.speak(verb);
  }

  async #gather(verb) {
    this.#keys = "";
    const gather = (this.waiting = waitingOf(verb, this.#document));
    this.#isInterrupted = false;
    const isCut = () => this.waiting !== gather || this.#isInterrupted;
    for (const part of verb.children) {
      if (isCut()) return; // interrupted: the rest is not said
      if (part.tagName === "Say") await this.#say(part, true);
      if (part.tagName === "Pause") await this.rest(Number(part.getAttribute("length") ?? 1));
    }
    if (!isCut()) this.told.listens?.(gather);
  }

  #dial(verb) {
    this.ringing = ringingOf(verb, this.caller);
    this.told.rings?.(this.ringing);
  }

  /** Replace what is to be played with the document at `url`. */
  async #fetch(url, fields) {
    this.#document = new URL(url, this.#document || this.address).href;
    this.#verbs = [];
    const form = {
      CallSid: this.call,
      AccountSid: `AC${"0".repeat(32)}`,
      ApiVersion: "2010-04-01",
      From: this.caller,
      To: this.line,
      Direction: "inbound",
      CallStatus: "in-progress",
      ...fields,
    };
    try {
      const reply = await this.post(this.#document, form);
      if (!reply.ok) throw new Error(`${this.#document} answered ${reply.status}`);
      const parsed = new DOMParser().parseFromString(reply.text, "application/xml");
      if (parsed.querySelector("parsererror")) throw new Error("the reply is not XML");
      if (parsed.documentElement.tagName !== "Response") {
        throw new Error(`<${parsed.documentElement.tagName}> is no TwiML`);
      }
      this.#verbs = [...parsed.documentElement.children];
    } catch (error) {
      this.#fail(error.message);
    }
  }

  #end(ending) {
    if (this.ending) return;
    this.ending = ending;
    this.told.ends?.(ending, this.fault);
  }

  #fail(fault) {
    if (this.ending) return; // a reply that comes after the caller has gone troubles nobody
    this.fault = fault;
    this.#end("application error");
  }
}
