// The browser's own speech recogniser, where it has one, as an ear for one utterance at a time.

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
const UNSTATED_CONFIDENCE = 0.9; // some browsers say 0 where they do not know

/** `hears(words, confidence)`, `fails(reason)` and `changes(isOpen)` are told what becomes of it. */
export class Microphone {
  static exists = Boolean(Recognition);
  #recogniser = null;

  constructor({ hears, fails, changes }) {
    Object.assign(this, { hears, fails, changes });
  }

  get isOpen() {
    return this.#recogniser !== null;
  }

  open() {
    const mine = Object.assign(new Recognition(), { lang: "en-GB", interimResults: false, maxAlternatives: 1 });
    const whileMine = (act) => (event) => this.#recogniser === mine && act(event); // one closed before still tells of its end
    mine.onresult = whileMine(({ results }) => {
      const [{ transcript, confidence }] = results[0];
      this.hears(transcript, confidence || UNSTATED_CONFIDENCE);
    });
    mine.onerror = whileMine(({ error }) => this.fails(error));
    mine.onend = whileMine(() => this.#become(null));
    this.#become(mine);
    mine.start();
  }

  /** Hear no more, but tell what was said so far. */
  finish() {
    this.#recogniser?.stop();
  }

  /** Hear no more and forget what was said. */
  close() {
    const closed = this.#recogniser;
    if (!closed) return;
    this.#become(null);
    closed.abort();
  }

  #become(recogniser) {
    this.#recogniser = recogniser;
    this.changes(this.isOpen);
  }
}
