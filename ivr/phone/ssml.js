// Reads the SSML of a Say: what to pronounce, what to show, how fast, and where to pause.

// https://www.twilio.com/docs/voice/twiml/say/text-speech#prosody, as shares of the usual speed
const NAMED_RATES = { "x-slow": 0.5, slow: 0.75, medium: 1, fast: 1.25, "x-fast": 1.5 };
const NAMED_BREAKS = { none: 0, "x-weak": 0.1, weak: 0.25, medium: 0.5, strong: 0.75, "x-strong": 1 };
const AFTER_SENTENCE = /(?<=[.?!]["”’)]*\s+)/; // "0.5" and "nhs.uk" go on
const AT_SENTENCE_END = /[.?!]["”’)]*\s*$/;

/**
 * Return the breaths of `say` in order: {shown, spoken, rate} for words, {pause} in seconds between them.
 *
 * A breath is one sentence, so that captions keep up with the voice. `spoken` has substitutions made.
 */
export function breathsOf(say) {
  const breaths = [];
  let shown = "";
  let spoken = "";
  let rate = 1;
  const flush = () => {
    if (/[\p{L}\p{N}]/u.test(shown)) breaths.push({ shown: tidy(shown), spoken: tidy(spoken), rate });
    else if (shown.trim() && breaths.length) addPoint(breaths, tidy(shown)); // "0808 800 6000" and, at another rate, "."
    shown = spoken = "";
  };
  for (const piece of piecesOf(say, 1)) {
    if ("pause" in piece) {
      flush();
      breaths.push(piece);
      continue;
    }
    if (piece.rate !== rate) flush();
    rate = piece.rate;
    if (piece.spoken !== piece.shown) {
      shown += piece.shown;
      spoken += piece.spoken;
      continue;
    }
    for (const sentence of piece.shown.split(AFTER_SENTENCE)) {
      shown += sentence;
      spoken += sentence;
      if (AT_SENTENCE_END.test(sentence)) flush();
    }
  }
  flush();
  return breaths;
}

function addPoint(breaths, point) {
  const last = breaths.findLast((breath) => "shown" in breath);
  if (!last) return;
  last.shown += point;
  last.spoken += point;
}

function* piecesOf(node, rate) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) yield { shown: child.data, spoken: child.data, rate };
    else if (child.tagName === "break") yield { pause: pauseOf(child) };
    else if (child.tagName === "sub") {
      yield { shown: child.textContent, spoken: child.getAttribute("alias") ?? child.textContent, rate };
    } else if (child.tagName === "prosody") yield* piecesOf(child, rate * rateOf(child));
    else if (child.nodeType === Node.ELEMENT_NODE) yield* piecesOf(child, rate);
  }
}

function pauseOf(element) {
  const time = element.getAttribute("time");
  if (!time) return NAMED_BREAKS[element.getAttribute("strength") ?? "medium"] ?? 0.5;
  return time.endsWith("ms") ? parseFloat(time) / 1000 : parseFloat(time);
}

function rateOf(element) {
  const rate = element.getAttribute("rate") ?? "medium";
  return NAMED_RATES[rate] ?? (rate.endsWith("%") ? parseFloat(rate) / 100 : 1);
}

function tidy(words) {
  return words.replace(/\s+/g, " ").trim();
}
