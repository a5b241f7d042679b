// Writes a call down as Rasa test stories (https://rasa.com/docs/rasa/testing-your-assistant).

/**
 * Return the YAML of `turns` in their order: one story each that Rasa understood, as tests/stories/ has them.
 *
 * A turn is {said: {words, key}, kind, topic, detail}. What Rasa is not asked about (keys, danger, commands)
 * stands as a comment, so that the whole call can be read.
 */
export function storyOf(turns, title) {
  const heading = turns.some(isRasas) ? "stories:" : "stories: []";
  const entries = turns.map((turn, index) =>
    isRasas(turn) ? storyOfTurn(turn, `${title}, turn ${index + 1}`) : `# ${commentOf(turn)}`,
  );
  return [heading, ...entries].join("\n") + "\n";
}

function isRasas({ said, topic, detail }) {
  return Boolean(said.words && detail?.topic && detail.readings && topic);
}

function storyOfTurn({ said, topic, detail }, name) {
  const about = detail.about && detail.about !== "nothing" ? ["  - slot_was_set:", `    - about: ${detail.about}`] : [];
  return [
    `- story: ${name}`,
    "  steps:",
    ...about,
    "  - user: |",
    `      ${oneLine(said.words)}`,
    `    intent: ${detail.topic}`,
    `  - action: utter_${topic}`,
  ].join("\n");
}

function commentOf({ said, kind, topic }) {
  const heard = said.key ? `pressed ${said.key}` : said.words ? `said "${oneLine(said.words)}"` : said.other;
  return `${heard}: ${[kind, topic].filter(Boolean).join(" ")}`;
}

function oneLine(words) {
  return words.replace(/\s+/g, " ").trim();
}
