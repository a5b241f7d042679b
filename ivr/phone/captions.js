// What was said, as paragraphs in `list`: the line's own words, the caller's, and the page's notes.

/** The captions of one call. */
export class Captions {
  #line = null; // the paragraph that grows while the line speaks

  constructor(list) {
    this.list = list;
  }

  clear() {
    this.#line = null;
    this.list.replaceChildren();
  }

  /** Begin a new paragraph with the line's next words. */
  beginLine() {
    this.#line = null;
  }

  /** Add the line's `words`; a sentence after a pause begins a new row, so that a menu reads as a list. */
  line(words, isAfterPause) {
    this.#line ??= this.#add("line", "The line");
    const before = this.#line.textContent;
    this.#line.append(before ? gapBetween(before, words, isAfterPause) + words : words);
    this.#showEnd();
  }

  caller(words) {
    this.#addWhole("caller", "You", words);
  }

  note(words) {
    this.#addWhole("note", "", words);
  }

  #addWhole(from, name, words) {
    this.#line = null;
    this.#add(from, name).append(words);
    this.#showEnd();
  }

  #add(from, name) {
    const caption = document.createElement("p");
    caption.className = from;
    const words = document.createElement("span");
    if (name) {
      const who = document.createElement("b");
      who.textContent = `${name}: `;
      caption.append(who);
    }
    caption.append(words);
    this.list.append(caption);
    return words;
  }

  #showEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}

function gapBetween(before, words, isAfterPause) {
  if (/^[,.;:?!)]/.test(words)) return "";
  return isAfterPause && /[.?!]$/.test(before) ? "\n" : " ";
}
