// Enhancement only: every page works without this file.
import { initAll } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// "Leave this page" also takes this page out of the history, so that "back" does not return to it.
for (const link of document.querySelectorAll("[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    window.location.replace(link.href);
  });
}

// An open menu closes on Escape, or when the reader turns to something else.
for (const menu of document.querySelectorAll("details[data-menu]")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// A page is read aloud when asked, by a voice that lives on the device and speaks exactly this page's language: others
// would read nonsense, or send a child's page away. Without such a voice there is no button.
const speech = window.speechSynthesis;

function speaks(voice, wanted) {
  try {
    const has = new Intl.Locale(voice.lang.replace("_", "-"));
    const asked = new Intl.Locale(wanted);
    const same = has.maximize().script === asked.maximize().script && has.language === asked.language;
    return voice.localService && same && (!asked.region || has.region === asked.region);
  } catch {
    return false;
  }
}

function offerToRead() {
  const wanted = document.documentElement.lang;
  const voice = speech.getVoices().find((each) => speaks(each, wanted));
  for (const place of document.querySelectorAll("[data-read-aloud]")) {
    place.hidden = !voice;
    place.querySelector("button").onclick = () => {
      const talking = speech.speaking;
      speech.cancel();
      if (talking) return;
      for (const part of document.querySelectorAll("[data-aloud]")) {
        const words = new SpeechSynthesisUtterance(part.innerText);
        words.voice = voice;
        words.lang = voice.lang;
        speech.speak(words);
      }
    };
  }
}

if (speech && document.querySelector("[data-read-aloud]")) {
  offerToRead();
  speech.addEventListener?.("voiceschanged", offerToRead);
  window.addEventListener("pagehide", () => speech.cancel());
}

// Words are kept while they are typed, at the form's own address; where this does not run, every button keeps them.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const status = form.querySelector("[data-status]");
  let timer = 0;
  let keeping = null;
  let over = false;

  const keep = async () => {
    timer = 0;
    const body = new URLSearchParams(new FormData(form));
    const asked = { method: "POST", body, headers: { "X-While-Typing": "1" }, redirect: "manual" };
    const answer = await fetch(form.action, asked).catch(() => null);
    if (answer?.status === 204) form.elements.version.value = answer.headers.get("X-Version") ?? form.elements.version.value;
    else over = answer !== null; // changed elsewhere, or signed out: only a whole page can say what to do
    status.textContent = answer?.status === 204 ? form.dataset.kept : form.dataset.notKept;
    keeping = null;
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    status.textContent = "";
    if (over) return;
    timer = setTimeout(async () => {
      await keeping;
      keeping = keep();
    }, 2000);
  });
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!keeping) return;
    event.preventDefault(); // what is on its way comes first: two saves at once would look like two devices
    await keeping;
    form.requestSubmit(event.submitter);
  });
}
