// Fills time zone and country of the setup page from the browser, until somebody chooses others.
(() => {
  "use strict";
  const form = document.querySelector("form[data-zones-by-country]");
  if (!form) return;
  const zone = form.elements.timezone;
  const country = form.elements.region;
  const zonesByCountry = JSON.parse(form.dataset.zonesByCountry);
  let isCountryChosen = false;

  function guessCountry() {
    const found = Object.entries(zonesByCountry).find(([, zones]) => zones.includes(zone.value));
    if (found && !isCountryChosen) country.value = found[0];
  }

  country.addEventListener("change", () => { isCountryChosen = true; });
  zone.addEventListener("change", guessCountry);
  // After an error the form comes back with what was typed.
  if (form.querySelector("[data-bad]")) return;
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (browserZone) {
    zone.value = browserZone;
    guessCountry();
  }
})();
