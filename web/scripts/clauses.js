// Offers the clauses that a text speaks of while it is typed. The page's own button does the same.
const form = document.getElementById("concern");
const text = document.getElementById("narrative");
const list = document.getElementById("offered-list");
const pause = 700; // milliseconds after the last key

const homes = new Map();
for (const item of document.querySelectorAll("[data-clause]")) {
  homes.set(item.dataset.clause, { item, home: item.parentElement });
}

let waiting;
let asked = 0;

async function offer() {
  const mine = ++asked;
  const body = new FormData();
  body.set("policy", form.dataset.policy);
  body.set("track", form.dataset.track);
  body.set("narrative", text.value);
  body.set("csrf", form.elements.csrf.value);
  let found;
  try {
    const answer = await fetch("/concerns/clauses", { method: "POST", body });
    if (!answer.ok) return;
    found = await answer.json();
  } catch {
    return; // the button is there
  }
  if (mine !== asked) return;
  const offered = new Map(found.map((one) => [one.clause, one.words]));
  for (const [clause, { item, home }] of homes) {
    const words = offered.get(clause);
    const ticked = item.querySelector("input").checked;
    item.querySelector(".app-found").textContent = words ? ` – you wrote: ${words.join(", ")}` : "";
    if (!words && !ticked && home !== list) home.append(item);
  }
  for (const clause of offered.keys()) {
    const known = homes.get(clause);
    if (known) list.append(known.item);
  }
}

text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(offer, pause);
});
