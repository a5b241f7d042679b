// Seconds that run out, as a bar and in words: a caller's silence, or a ringing transfer.

/** One countdown at a time, drawn into `box`, which holds a progress and, last, a paragraph. */
export class Countdown {
  #timer = 0;

  constructor(box) {
    this.box = box;
    this.bar = box.querySelector("progress");
    this.words = box.querySelector("p");
  }

  /** Count `seconds` down, said after `meaning`, then do `after`; begin again as long as `isHeld`. */
  start(seconds, meaning, after, isHeld = () => false) {
    this.stop();
    let left = seconds;
    const draw = () => {
      this.bar.value = seconds ? left / seconds : 0;
      this.words.textContent = `${meaning} ${left} more ${left === 1 ? "second" : "seconds"}`;
    };
    draw();
    this.box.hidden = false;
    this.#timer = setInterval(() => {
      left = isHeld() ? seconds : left - 1;
      if (left > 0) return draw();
      this.stop();
      after();
    }, 1000);
  }

  stop() {
    clearInterval(this.#timer);
    this.box.hidden = true;
  }
}
