// The settings of what is heard: which voice, how loud, or muted.

import { englishVoices } from "./voice.js";

/** Joins the controls {choice, volume, mute} of the page to its `voice` and `tones`. */
export class Sound {
  #chosen = null; // browsers list their voices late, and more than once

  constructor({ choice, volume, mute }, voice, tones) {
    Object.assign(this, { choice, volume, mute, voice, tones });
    choice.addEventListener("change", () => this.#choose(choice.value));
    volume.addEventListener("input", () => this.#setVolume());
    mute.addEventListener("click", () => this.#toggleMute());
    globalThis.speechSynthesis?.addEventListener("voiceschanged", () => this.#offerVoices());
    this.#offerVoices();
    this.#setVolume();
  }

  /** Go on in captions: the voice cannot be had. */
  giveUpVoice() {
    this.choice.value = "";
    this.#choose("");
  }

  #offerVoices() {
    const voices = englishVoices();
    this.choice.replaceChildren(...voices.map((one) => new Option(`${one.name} (${one.lang})`, one.voiceURI)));
    this.choice.append(new Option(voices.length ? "No voice: captions only" : "No English voice here: captions only", ""));
    this.choice.value = this.#chosen ?? voices[0]?.voiceURI ?? "";
    this.#useVoice();
  }

  #choose(uri) {
    this.#chosen = uri;
    this.#useVoice();
  }

  #useVoice() {
    this.voice.voice = englishVoices().find((one) => one.voiceURI === this.choice.value) ?? null;
  }

  #setVolume() {
    this.voice.volume = this.tones.volume = Number(this.volume.value) / 100;
  }

  #toggleMute() {
    const isMuted = !this.voice.isMuted;
    this.voice.mute(isMuted);
    this.tones.isMuted = isMuted;
    this.mute.setAttribute("aria-pressed", String(isMuted));
  }
}
