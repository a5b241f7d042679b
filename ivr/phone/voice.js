// Speaks aloud through the browser, or keeps the pace of a voice where there is none, so that captions can be read.

const WORDS_A_SECOND = 2.7; // about 160 a minute, the pace of the line's own voice
const START_PATIENCE = 2500; // milliseconds; some browsers list voices that never begin

/** Return the browser's English voices, British ones first. */
export function englishVoices() {
  const voices = (globalThis.speechSynthesis?.getVoices() ?? []).filter((voice) => /^en\b/i.test(voice.lang));
  const isBritish = (voice) => /^en[-_]GB/i.test(voice.lang);
  return voices.sort((a, b) => isBritish(b) - isBritish(a) || Number(b.localService) - Number(a.localService));
}

/** One speaker. `voice` null means captions only; `volume` is 0 to 1. */
export class Voice {
  voice = null;
  volume = 1;
  isMuted = false;
  #cut = null; // ends what is being said or waited for
  #turn = 0; // a hush ends all breaths of a turn, not only the one in the air

  /** Say `breaths` (see ssml.js) one after another, telling `caption(words, isAfterPause)` of each as it begins; resolves early when hushed. */
  async speak(breaths, caption) {
    const turn = ++this.#turn;
    let isAfterPause = false;
    for (const breath of breaths) {
      if ("pause" in breath) {
        isAfterPause = true;
        await this.rest(breath.pause);
      } else {
        caption(breath.shown, isAfterPause);
        isAfterPause = false;
        await this.#say(breath);
      }
      if (turn !== this.#turn) return;
    }
  }

  async #say({ spoken, rate }) {
    if (!this.voice || this.isMuted) return this.rest(paceOf(spoken, rate));
    const began = performance.now();
    const isHeard = await this.#pronounce(spoken, rate);
    if (isHeard) return;
    if (!this.isMuted) this.voice = null; // it never began: go on in captions
    await this.rest(Math.max(0, paceOf(spoken, rate) - (performance.now() - began) / 1000));
  }

  /** Wait; resolves early when hushed. */
  rest(seconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      this.#cut = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Stop at once, as a key does on a phone. */
  hush() {
    this.#turn += 1;
    const cut = this.#cut;
    this.#cut = null;
    cut?.(); // first: some browsers tell of the end while it is being cancelled, and that would count as a failure
    globalThis.speechSynthesis?.cancel();
  }

  /** Mute or unmute; what is being said goes on in captions. */
  mute(isMuted) {
    this.isMuted = isMuted;
    if (isMuted) globalThis.speechSynthesis?.cancel();
  }

  #pronounce(words, rate) {
    return new Promise((done) => {
      const utterance = new SpeechSynthesisUtterance(words);
      Object.assign(utterance, { voice: this.voice, lang: this.voice.lang, rate, volume: this.volume });
      const patience = setTimeout(() => done(false), START_PATIENCE);
      const settle = (isHeard) => {
        clearTimeout(patience);
        done(isHeard);
      };
      utterance.onstart = () => clearTimeout(patience);
      utterance.onend = () => settle(!this.isMuted);
      utterance.onerror = () => settle(false);
      this.#cut = () => settle(true);
      speechSynthesis.speak(utterance);
    });
  }
}

function paceOf(words, rate) {
  return words.split(/\s+/).length / (WORDS_A_SECOND * rate);
}
