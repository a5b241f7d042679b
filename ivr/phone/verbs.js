// TwiML's verbs as a telephone reads them, with Twilio's defaults where a document is silent: see ivr/verbs.py.

/** Return what a Gather listens for; without an address of its own it asks the `current` document's again. */
export function waitingOf(gather, current) {
  const inputs = (gather.getAttribute("input") ?? "dtmf").split(/\s+/);
  const digits = gather.getAttribute("numDigits");
  return {
    action: gather.getAttribute("action") || current,
    acceptsKeys: inputs.includes("dtmf"),
    acceptsWords: inputs.includes("speech"),
    digits: digits ? Number(digits) : null,
    finishKey: gather.getAttribute("finishOnKey") ?? "#",
    timeout: secondsOf(gather, 5),
    postsSilence: gather.getAttribute("actionOnEmptyResult") === "true",
  };
}

/** Return the transfer that a Dial begins for `caller`, whose number is shown unless it says another. */
export function ringingOf(dial, caller) {
  const number = dial.querySelector("Number")?.textContent ?? dial.textContent;
  return {
    number: number.trim(),
    callerId: dial.getAttribute("callerId") ?? caller,
    action: dial.getAttribute("action") ?? "",
    timeout: secondsOf(dial, 30),
  };
}

/** Return the words in a Say as written, a space for each pause between them. */
export function textOf(say) {
  return raw(say).replace(/\s+/g, " ").trim();
}

function secondsOf(verb, usual) {
  const timeout = verb.getAttribute("timeout") ?? "";
  return /^\d+$/.test(timeout) ? Number(timeout) : usual; // "auto" is none
}

function raw(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.tagName === "break") return " ";
  return [...node.childNodes].map(raw).join("");
}
