// The tones of a British telephone: ringing, and two tones a key.

const ROWS = { 1: 697, 2: 697, 3: 697, 4: 770, 5: 770, 6: 770, 7: 852, 8: 852, 9: 852, "*": 941, 0: 941, "#": 941 };
const COLUMNS = { 1: 1209, 4: 1209, 7: 1209, "*": 1209, 2: 1336, 5: 1336, 8: 1336, 0: 1336, 3: 1477, 6: 1477, 9: 1477, "#": 1477 };
const RING = [400, 450]; // hertz, in two bursts of 0.4 s with 0.2 s between, every 3 s
const LOUDNESS = 0.04; // beside the voice, not above it

export class Tones {
  volume = 1;
  isMuted = false;
  #context = null;
  #ringing = 0;

  /** Sound the key's two tones. */
  key(key) {
    this.#play([ROWS[key], COLUMNS[key]], 0, 0.12);
  }

  startRinging() {
    this.stopRinging();
    const burst = () => {
      this.#play(RING, 0, 0.4);
      this.#play(RING, 0.6, 0.4);
    };
    burst();
    this.#ringing = setInterval(burst, 3000);
  }

  stopRinging() {
    clearInterval(this.#ringing);
  }

  #play(frequencies, after, seconds) {
    if (this.isMuted || !globalThis.AudioContext) return;
    this.#context ??= new AudioContext(); // only after a click: browsers refuse sound before one
    const start = this.#context.currentTime + after;
    const gain = new GainNode(this.#context, { gain: LOUDNESS * this.volume });
    gain.connect(this.#context.destination);
    for (const frequency of frequencies) {
      const tone = new OscillatorNode(this.#context, { frequency });
      tone.connect(gain);
      tone.start(start);
      tone.stop(start + seconds);
    }
  }
}
