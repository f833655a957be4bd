// Enhancement only: every page works without this file.
import { initAll } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// "Leave this page" also takes this page out of the history, so that "back" does not return to it.
let mayGo = false;
for (const link of document.querySelectorAll("[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    mayGo = true;
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
const PAUSE = 1500; // milliseconds without a letter
const LONGEST = 5000; // milliseconds of typing without a pause

class Kept {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-status]");
    this.unsaved = false;
    this.over = false; // changed elsewhere, or signed out: only a whole page can say what to do
    this.refused = false;
    form.addEventListener("input", () => this.typed());
  }

  typed() {
    clearTimeout(this.timer);
    this.status.textContent = "";
    this.refused = false;
    if (!this.unsaved) this.since = Date.now();
    this.unsaved = true;
    const wait = Math.min(PAUSE, Math.max(0, this.since + LONGEST - Date.now()));
    if (!this.over) this.timer = setTimeout(() => this.keep(), wait);
  }

  post(version) {
    const body = new FormData(this.form);
    if (version) body.set("version", version);
    const keepalive = [...body.values()].join("").length < 15000; // a browser lets 64 KB outlive their page
    const asked = { method: "POST", body, headers: { "X-While-Typing": "1" }, redirect: "manual", keepalive };
    return fetch(this.form.action, asked).catch(() => null);
  }

  // One after the other: two saves at once would look like two devices.
  keep() {
    clearTimeout(this.timer);
    this.keeping = (this.keeping ?? Promise.resolve()).then(async () => {
      if (!this.unsaved || this.over) return;
      this.unsaved = false;
      this.underWay = true;
      const version = this.form.elements.version;
      const answer = await this.post(version?.value);
      this.underWay = false;
      if (answer?.status === 204) {
        const versions = new URLSearchParams(answer.headers.get("X-Versions") ?? "");
        for (const [name, value] of versions) this.form.elements[name].value = value;
        if (version) version.value = answer.headers.get("X-Version") ?? version.value;
        this.status.textContent = this.form.dataset.kept;
        return;
      }
      this.unsaved = true;
      this.over = answer !== null && answer.status !== 422;
      const why = answer?.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : "";
      this.status.textContent = why || this.form.dataset.notKept;
    });
    return this.keeping;
  }

  sent() {
    clearTimeout(this.timer);
    this.unsaved = false;
  }

  // Whoever leaves for good cannot wait: what is under way will have been counted as one version.
  leave() {
    const version = this.form.elements.version;
    if (this.unsaved && !this.over) this.post(version && String(Number(version.value) + (this.underWay ? 1 : 0)));
    this.sent();
  }
}

const forms = [...document.querySelectorAll("form[data-keep]")].map((form) => new Kept(form));

// Whoever goes on takes the words along; where they cannot be kept, the first press stays and the status says why.
function first(event, others, go) {
  const waiting = others.filter((each) => (each.unsaved && !each.refused) || each.underWay);
  if (event.defaultPrevented || !waiting.length) return;
  event.preventDefault();
  Promise.all(waiting.map((each) => each.keep())).then(() => {
    for (const each of waiting) each.refused = each.unsaved;
    if (!waiting.some((each) => each.refused)) go();
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target || link?.getAttribute("href").startsWith("#");
  if (link && !elsewhere) first(event, forms, () => window.location.assign(link.href));
});
document.addEventListener("submit", (event) => {
  const own = forms.find((each) => each.form === event.target);
  const others = forms.filter((each) => each !== own || each.underWay);
  first(event, others, () => event.target.requestSubmit(event.submitter));
  if (own && !event.defaultPrevented) own.sent();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const each of forms) each.keep();
});
window.addEventListener("pagehide", () => {
  for (const each of forms) each.leave();
});

// Where no draft keeps the words the browser itself asks before they are gone; never when somebody has to leave at once.
const boxes = [...document.querySelectorAll("form[method=post]:not([data-keep]) textarea")];
document.addEventListener("submit", (event) => {
  mayGo = !event.defaultPrevented && boxes.some((box) => box.form === event.target);
});
const refused = document.querySelector(".govuk-error-summary");
window.addEventListener("beforeunload", (event) => {
  if (!mayGo && boxes.some((box) => box.value !== (refused ? "" : box.defaultValue))) event.preventDefault();
});
