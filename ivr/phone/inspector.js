// Shows developers and editors what went to and fro: one entry a turn.

import { storyOf } from "./story.js";

const SHOWN_FIELDS = ["Digits", "SpeechResult", "Confidence", "DialCallStatus"];
const LIKELIEST = 5; // topics of a ranking: more tell nothing

/** The turns of one call, drawn into the list in `box`, and copied from there as test stories. */
export class Inspector {
  #turns = [];

  constructor(box) {
    const find = (id) => box.querySelector(`#${id}`);
    this.list = find("turns");
    this.copied = find("copied");
    this.story = find("story");
    this.storyLabel = find("story-label");
    find("copy-story").addEventListener("click", () => this.#copyStory());
  }

  clear() {
    this.#turns = [];
    this.list.replaceChildren();
    this.copied.textContent = "";
    this.story.hidden = this.storyLabel.hidden = true;
  }

  /** Note one request and its reply: {url, fields, status, milliseconds, headers, text}. */
  add({ url, fields, status, milliseconds, headers, text }) {
    const turn = {
      said: saidIn(fields),
      kind: headers.get("X-Reply-Kind") ?? "",
      topic: headers.get("X-Reply-Topic") ?? "",
      detail: JSON.parse(headers.get("X-Reply-Detail") ?? "null"),
    };
    this.#turns.push(turn);
    const path = new URL(url).pathname;
    const entry = element("li", {}, [
      element("h3", {}, `${this.#turns.length}. ${turn.kind || "no reply"} ${turn.topic}`.trim()),
      table([
        ["Request", `POST ${path}`],
        ["Fields", SHOWN_FIELDS.filter((name) => name in fields).map((name) => `${name}=${fields[name]}`).join(", ")],
        ["Reply", `${status} in ${Math.round(milliseconds)} ms`],
        ["Kind", turn.kind],
        ["Words come from", fileLink(headers.get("X-Reply-File"))],
        ["Understood as", fields.SpeechResult && (turn.detail?.topic || "nothing sure")],
        ["Ranking", rankingOf(turn.detail)],
      ]),
      element("details", {}, [element("summary", {}, "TwiML"), element("pre", { tabIndex: 0 }, indented(text))]),
    ]);
    this.list.append(entry);
  }

  async #copyStory() {
    const when = new Date().toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    this.story.value = storyOf(this.#turns, `a call on ${when}`);
    this.story.hidden = this.storyLabel.hidden = false;
    try {
      await navigator.clipboard.writeText(this.story.value);
      this.copied.textContent = "Copied. Put it into tests/stories/ and run make stories.";
    } catch {
      this.story.select();
      this.copied.textContent = "The browser does not let this page copy: copy the text below yourself.";
    }
  }
}

function saidIn(fields) {
  const other = fields.DialCallStatus ? `transfer ${fields.DialCallStatus}` : fields.CallStatus === "ringing" ? "dialled" : "silence";
  return { words: fields.SpeechResult, key: fields.Digits, other };
}

function rankingOf(detail) {
  const ranking = (detail?.ranking ?? []).slice(0, LIKELIEST);
  if (!ranking.length) return "";
  const shares = ranking.map(([topic, share]) => `${topic} ${share.toFixed(2)}`).join(", ");
  return `${shares} (${detail.readings} ${detail.readings === 1 ? "reading" : "readings"})`;
}

function fileLink(file) {
  return file ? element("a", { href: `/phone/${file}`, target: "_blank", rel: "noopener" }, file) : "";
}

/** Start a line before every verb, so that a document of one line can be read. */
function indented(xml) {
  return xml.replace(/<(?!\/|\?|break|sub|prosody|Number)/g, "\n<").trim();
}

function table(rows) {
  return element("dl", {}, rows.filter(([, value]) => value).flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, [value]),
  ]));
}

function element(tag, properties, content) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...[content].flat());
  return made;
}
