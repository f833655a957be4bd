// The square in the letter carries the code behind the # of the address, which no server ever sees: put it into the box.
const box = document.getElementById("code");
if (box && !box.value && window.location.hash.length > 1) {
  box.value = decodeURIComponent(window.location.hash.slice(1)).slice(0, 60);
  history.replaceState(null, "", window.location.pathname + window.location.search);
}
