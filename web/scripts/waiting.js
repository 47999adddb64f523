// A page that waits for long work: only its numbers change, and it gives way to what was found.
// Without this file the page loads itself again.
const waiting = document.querySelector("[data-waiting]");
const every = Number(waiting.dataset.waiting) * 1000;
const bar = document.getElementById("how-far");
const words = document.getElementById("how-far-words");

// Said aloud now and then rather than at each change, which would speak without end.
const aloud = document.createElement("p");
aloud.className = "govuk-visually-hidden";
aloud.setAttribute("role", "status");
waiting.append(aloud);
let said = 0;

async function look() {
  let found;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    found = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    setTimeout(look, every); // the service is away for a moment
    return;
  }
  const fresh = found.getElementById("how-far");
  if (!fresh) {
    location.reload();
    return;
  }
  if (fresh.hasAttribute("value")) bar.setAttribute("value", fresh.getAttribute("value"));
  words.textContent = found.getElementById("how-far-words").textContent;
  if (Date.now() - said > 15000) {
    aloud.textContent = words.textContent.trim();
    said = Date.now();
  }
  setTimeout(look, every);
}

setTimeout(look, 1000);
