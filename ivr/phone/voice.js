// Speaks aloud through the browser, or keeps the pace of a voice where there is none, so that captions can be read.

const WORDS_A_SECOND = 2.7; // about 160 a minute, the pace of the line's own voice
const START_PATIENCE = 2.5; // seconds; some browsers list voices that never begin

/** Return the browser's English voices, British ones first. */
export function englishVoices() {
  const voices = (globalThis.speechSynthesis?.getVoices() ?? []).filter((voice) => /^en\b/i.test(voice.lang));
  const isBritish = (voice) => /^en[-_]GB/i.test(voice.lang);
  return voices.sort((a, b) => isBritish(b) - isBritish(a) || Number(b.localService) - Number(a.localService));
}

/** One speaker. `voice` null means captions only; `volume` is 0 to 1; `fails` is told when a voice does not speak. */
export class Voice {
  voice = null;
  volume = 1;
  isMuted = false;
  #cut = null; // ends what is being said or waited for
  #utterance = null; // held, as Chromium forgets one that nobody holds, and never tells of its end
  #turn = 0; // a hush ends all breaths of a turn, not only the one in the air

  constructor(fails) {
    this.fails = fails;
  }

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
    if (!this.isMuted) this.fails();
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

  /** Resolve to whether `words` were heard; a voice that begins late or loses its end is cut off and not waited for. */
  #pronounce(words, rate) {
    return new Promise((done) => {
      let watch = 0;
      const settle = (isHeard) => {
        clearTimeout(watch);
        done(isHeard);
      };
      const watchFor = (seconds, isHeard) => {
        clearTimeout(watch);
        watch = setTimeout(() => {
          settle(isHeard);
          speechSynthesis.cancel();
        }, seconds * 1000);
      };
      const utterance = (this.#utterance = new SpeechSynthesisUtterance(words));
      Object.assign(utterance, { voice: this.voice, lang: this.voice.lang, rate, volume: this.volume });
      utterance.onstart = () => watchFor(paceOf(words, rate) * 3 + 5, true); // no voice is that slow
      utterance.onend = () => settle(!this.isMuted);
      utterance.onerror = () => settle(false);
      this.#cut = () => settle(true);
      watchFor(START_PATIENCE, false);
      speechSynthesis.speak(utterance);
    });
  }
}

function paceOf(words, rate) {
  return words.split(/\s+/).length / (WORDS_A_SECOND * rate);
}
