// Plays one case of twiml_cases.json through the browser's telephone; test_player.py's `summary` has the same shape.
async ({ pages, acts }) => {
  const { Player } = await import("/phone/player.js");
  const told = ["Digits", "SpeechResult", "Confidence", "DialCallStatus"];
  const requests = [];
  const player = new Player({
    address: location.origin,
    post: async (url, fields) => {
      const { pathname } = new URL(url);
      requests.push([pathname, Object.fromEntries(told.filter((name) => name in fields).map((name) => [name, fields[name]]))]);
      const page = pages[pathname];
      return { ok: page !== undefined, status: page === undefined ? 500 : 200, text: `<Response>${page}</Response>` };
    },
    speak: async () => {},
    rest: async () => {},
    hush: () => {},
  });
  const untilSent = async (act) => {
    const { waiting } = player;
    await act(waiting);
    if (player.waiting && player.waiting === waiting) await player.timeIsUp();
  };
  const does = {
    press: (keys) =>
      untilSent(async (waiting) => {
        for (const key of keys) if (player.waiting === waiting) await player.press(key);
      }),
    say: (words) => untilSent(() => player.say(words)),
    silence: () => player.timeIsUp(),
    outcome: (outcome) => player.endTransfer(outcome),
    "hang up": () => player.hangUp(),
  };
  await player.dial();
  for (const [name, ...given] of acts) await does[name](...given);
  const spoken = player.spoken.map(({ text, canBeInterrupted }) => [text, canBeInterrupted]);
  const { waiting, ringing, ending } = player;
  return { spoken, requests, waiting, ringing, ending };
};
